from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.follow_up_kind import check_follow_up_kind
from ..models.follow_up_kind import FollowUpKind
from ..models.follow_up_state import check_follow_up_state
from ..models.follow_up_state import FollowUpState
from typing import cast
from uuid import UUID
import datetime






T = TypeVar("T", bound="FollowUp")



@_attrs_define
class FollowUp:
    """ One action. Added, never changed.

        Attributes:
            encounter_id (UUID):
            id (UUID):
            kind (FollowUpKind):
            note (str):
            prediction_id (None | UUID):
            recorded_at (datetime.datetime):
            state (FollowUpState):
     """

    encounter_id: UUID
    id: UUID
    kind: FollowUpKind
    note: str
    prediction_id: None | UUID
    recorded_at: datetime.datetime
    state: FollowUpState





    def to_dict(self) -> dict[str, Any]:
        encounter_id = str(self.encounter_id)

        id = str(self.id)

        kind: str = self.kind

        note = self.note

        prediction_id: None | str
        if isinstance(self.prediction_id, UUID):
            prediction_id = str(self.prediction_id)
        else:
            prediction_id = self.prediction_id

        recorded_at = self.recorded_at.isoformat()

        state: str = self.state


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "encounter_id": encounter_id,
            "id": id,
            "kind": kind,
            "note": note,
            "prediction_id": prediction_id,
            "recorded_at": recorded_at,
            "state": state,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        encounter_id = UUID(d.pop("encounter_id"))




        id = UUID(d.pop("id"))




        kind = check_follow_up_kind(d.pop("kind"))




        note = d.pop("note")

        def _parse_prediction_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                prediction_id_type_0 = UUID(data)



                return prediction_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        prediction_id = _parse_prediction_id(d.pop("prediction_id"))


        recorded_at = datetime.datetime.fromisoformat(d.pop("recorded_at"))




        state = check_follow_up_state(d.pop("state"))




        follow_up = cls(
            encounter_id=encounter_id,
            id=id,
            kind=kind,
            note=note,
            prediction_id=prediction_id,
            recorded_at=recorded_at,
            state=state,
        )

        return follow_up

