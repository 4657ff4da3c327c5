from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset







T = TypeVar("T", bound="Interval")



@_attrs_define
class Interval:
    """ 95 %: how far the score may be off.

        Attributes:
            high (float):
            low (float):
     """

    high: float
    low: float





    def to_dict(self) -> dict[str, Any]:
        high = self.high

        low = self.low


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "high": high,
            "low": low,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        high = d.pop("high")

        low = d.pop("low")

        interval = cls(
            high=high,
            low=low,
        )

        return interval

