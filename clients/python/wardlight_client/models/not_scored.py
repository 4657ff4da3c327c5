from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset







T = TypeVar("T", bound="NotScored")



@_attrs_define
class NotScored:
    """ Why there is no score. An absent score is never a low risk.

        Attributes:
            reason (str):
            will_be_tried_again (bool):
     """

    reason: str
    will_be_tried_again: bool





    def to_dict(self) -> dict[str, Any]:
        reason = self.reason

        will_be_tried_again = self.will_be_tried_again


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "reason": reason,
            "will_be_tried_again": will_be_tried_again,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        reason = d.pop("reason")

        will_be_tried_again = d.pop("will_be_tried_again")

        not_scored = cls(
            reason=reason,
            will_be_tried_again=will_be_tried_again,
        )

        return not_scored

