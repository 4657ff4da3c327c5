from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.event_detail import EventDetail





T = TypeVar("T", bound="Event")



@_attrs_define
class Event:
    """ One thing that happened, in the order of time.

        Attributes:
            at (datetime.datetime):
            by (None | str):
            detail (EventDetail):
            what (str):
     """

    at: datetime.datetime
    by: None | str
    detail: EventDetail
    what: str





    def to_dict(self) -> dict[str, Any]:
        from ..models.event_detail import EventDetail # noqa: PLC0415
        at = self.at.isoformat()

        by: None | str
        by = self.by

        detail = self.detail.to_dict()

        what = self.what


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "at": at,
            "by": by,
            "detail": detail,
            "what": what,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.event_detail import EventDetail # noqa: PLC0415
        d = dict(src_dict)
        at = datetime.datetime.fromisoformat(d.pop("at"))




        def _parse_by(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        by = _parse_by(d.pop("by"))


        detail = EventDetail.from_dict(d.pop("detail"))




        what = d.pop("what")

        event = cls(
            at=at,
            by=by,
            detail=detail,
            what=what,
        )

        return event

