from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.band import Band
from ..models.band import check_band
from typing import cast






T = TypeVar("T", bound="RiskBand")



@_attrs_define
class RiskBand:
    """ Scores from here up to the next band, and what became of held-out patients in it.

        Attributes:
            from_probability (float):
            name (Band):
            observed_high (float):
            observed_low (float):
            patients (int):
            readmitted (int):
     """

    from_probability: float
    name: Band
    observed_high: float
    observed_low: float
    patients: int
    readmitted: int





    def to_dict(self) -> dict[str, Any]:
        from_probability = self.from_probability

        name: str = self.name

        observed_high = self.observed_high

        observed_low = self.observed_low

        patients = self.patients

        readmitted = self.readmitted


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "from_probability": from_probability,
            "name": name,
            "observed_high": observed_high,
            "observed_low": observed_low,
            "patients": patients,
            "readmitted": readmitted,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        from_probability = d.pop("from_probability")

        name = check_band(d.pop("name"))




        observed_high = d.pop("observed_high")

        observed_low = d.pop("observed_low")

        patients = d.pop("patients")

        readmitted = d.pop("readmitted")

        risk_band = cls(
            from_probability=from_probability,
            name=name,
            observed_high=observed_high,
            observed_low=observed_low,
            patients=patients,
            readmitted=readmitted,
        )

        return risk_band

