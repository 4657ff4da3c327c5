from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast






T = TypeVar("T", bound="Health")



@_attrs_define
class Health:
    """ Whether this door can score now.

        Attributes:
            model (None | str):
            reasons (list[str]):
            status (str):
     """

    model: None | str
    reasons: list[str]
    status: str





    def to_dict(self) -> dict[str, Any]:
        model: None | str
        model = self.model

        reasons = self.reasons



        status = self.status


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "model": model,
            "reasons": reasons,
            "status": status,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        def _parse_model(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        model = _parse_model(d.pop("model"))


        reasons = cast(list[str], d.pop("reasons"))


        status = d.pop("status")

        health = cls(
            model=model,
            reasons=reasons,
            status=status,
        )

        return health

