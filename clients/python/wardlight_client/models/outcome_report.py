from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.readmission import check_readmission
from ..models.readmission import Readmission
from typing import cast






T = TypeVar("T", bound="OutcomeReport")



@_attrs_define
class OutcomeReport:
    """ Whether the patient came back. Taken as soon as it can be true, and counted only once it has matured.

        Attributes:
            readmission (Readmission):
     """

    readmission: Readmission





    def to_dict(self) -> dict[str, Any]:
        readmission: str = self.readmission


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "readmission": readmission,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        readmission = check_readmission(d.pop("readmission"))




        outcome_report = cls(
            readmission=readmission,
        )

        return outcome_report

