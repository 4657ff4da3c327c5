from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.sex import check_sex
from ..models.sex import Sex
from ..types import UNSET, Unset
from typing import cast
import datetime






T = TypeVar("T", bound="PatientFacts")



@_attrs_define
class PatientFacts:
    """ Who. The medical record number says which patient; the rest may be corrected.

        Attributes:
            birth_date (datetime.date):
            family_name (str):
            given_name (str):
            medical_record_number (str): The hospital's own number of the patient.
            sex (Sex | Unset):
     """

    birth_date: datetime.date
    family_name: str
    given_name: str
    medical_record_number: str
    sex: Sex | Unset = UNSET





    def to_dict(self) -> dict[str, Any]:
        birth_date = self.birth_date.isoformat()

        family_name = self.family_name

        given_name = self.given_name

        medical_record_number = self.medical_record_number

        sex: str | Unset = UNSET
        if not isinstance(self.sex, Unset):
            sex = self.sex



        field_dict: dict[str, Any] = {}

        field_dict.update({
            "birth_date": birth_date,
            "family_name": family_name,
            "given_name": given_name,
            "medical_record_number": medical_record_number,
        })
        if sex is not UNSET:
            field_dict["sex"] = sex

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        birth_date = datetime.date.fromisoformat(d.pop("birth_date"))




        family_name = d.pop("family_name")

        given_name = d.pop("given_name")

        medical_record_number = d.pop("medical_record_number")

        _sex = d.pop("sex", UNSET)
        sex: Sex | Unset
        if isinstance(_sex,  Unset):
            sex = UNSET
        else:
            sex = check_sex(_sex)




        patient_facts = cls(
            birth_date=birth_date,
            family_name=family_name,
            given_name=given_name,
            medical_record_number=medical_record_number,
            sex=sex,
        )

        return patient_facts

