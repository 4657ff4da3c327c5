from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from uuid import UUID






T = TypeVar("T", bound="ModelName")



@_attrs_define
class ModelName:
    """ Which version said it.

        Attributes:
            id (UUID):
            name (str):
            number (int):
     """

    id: UUID
    name: str
    number: int





    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        name = self.name

        number = self.number


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "id": id,
            "name": name,
            "number": number,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))




        name = d.pop("name")

        number = d.pop("number")

        model_name = cls(
            id=id,
            name=name,
            number=number,
        )

        return model_name

