from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.factor_group import check_factor_group
from ..models.factor_group import FactorGroup
from typing import cast






T = TypeVar("T", bound="Factor")



@_attrs_define
class Factor:
    """ One clinical reason.

        Attributes:
            contribution (float): What it adds to, or takes from, the probability.
            group (FactorGroup):
            key (str):
            label (str):
            value (str):
     """

    contribution: float
    group: FactorGroup
    key: str
    label: str
    value: str





    def to_dict(self) -> dict[str, Any]:
        contribution = self.contribution

        group: str = self.group

        key = self.key

        label = self.label

        value = self.value


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "contribution": contribution,
            "group": group,
            "key": key,
            "label": label,
            "value": value,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        contribution = d.pop("contribution")

        group = check_factor_group(d.pop("group"))




        key = d.pop("key")

        label = d.pop("label")

        value = d.pop("value")

        factor = cls(
            contribution=contribution,
            group=group,
            key=key,
            label=label,
            value=value,
        )

        return factor

