from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
from uuid import UUID

if TYPE_CHECKING:
  from ..models.event import Event





T = TypeVar("T", bound="Story")



@_attrs_define
class Story:
    """ Everything that carries this prediction's id.

        Attributes:
            encounter_id (UUID):
            events (list[Event]):
            trace_id (UUID):
     """

    encounter_id: UUID
    events: list[Event]
    trace_id: UUID





    def to_dict(self) -> dict[str, Any]:
        from ..models.event import Event # noqa: PLC0415
        encounter_id = str(self.encounter_id)

        events = []
        for events_item_data in self.events:
            events_item = events_item_data.to_dict()
            events.append(events_item)



        trace_id = str(self.trace_id)


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "encounter_id": encounter_id,
            "events": events,
            "trace_id": trace_id,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.event import Event # noqa: PLC0415
        d = dict(src_dict)
        encounter_id = UUID(d.pop("encounter_id"))




        events = []
        _events = d.pop("events")
        for events_item_data in (_events):
            events_item = Event.from_dict(events_item_data)



            events.append(events_item)


        trace_id = UUID(d.pop("trace_id"))




        story = cls(
            encounter_id=encounter_id,
            events=events,
            trace_id=trace_id,
        )

        return story

