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
from ..types import UNSET, Unset
from typing import cast
from uuid import UUID






T = TypeVar("T", bound="NewFollowUp")



@_attrs_define
class NewFollowUp:
    """ What was done, and in sight of which prediction.

        Attributes:
            kind (FollowUpKind):
            state (FollowUpState):
            note (str | Unset):  Default: ''.
            prediction_id (None | Unset | UUID):
     """

    kind: FollowUpKind
    state: FollowUpState
    note: str | Unset = ''
    prediction_id: None | Unset | UUID = UNSET





    def to_dict(self) -> dict[str, Any]:
        kind: str = self.kind

        state: str = self.state

        note = self.note

        prediction_id: None | str | Unset
        if isinstance(self.prediction_id, Unset):
            prediction_id = UNSET
        elif isinstance(self.prediction_id, UUID):
            prediction_id = str(self.prediction_id)
        else:
            prediction_id = self.prediction_id


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "kind": kind,
            "state": state,
        })
        if note is not UNSET:
            field_dict["note"] = note
        if prediction_id is not UNSET:
            field_dict["prediction_id"] = prediction_id

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        kind = check_follow_up_kind(d.pop("kind"))




        state = check_follow_up_state(d.pop("state"))




        note = d.pop("note", UNSET)

        def _parse_prediction_id(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                prediction_id_type_0 = UUID(data)



                return prediction_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        prediction_id = _parse_prediction_id(d.pop("prediction_id", UNSET))


        new_follow_up = cls(
            kind=kind,
            state=state,
            note=note,
            prediction_id=prediction_id,
        )

        return new_follow_up

