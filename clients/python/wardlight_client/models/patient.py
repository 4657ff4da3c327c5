from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.sex import check_sex
from ..models.sex import Sex
from typing import cast
from uuid import UUID
import datetime






T = TypeVar("T", bound="Patient")



@_attrs_define
class Patient:
    """ Who, as it is kept.

        Attributes:
            birth_date (datetime.date):
            family_name (str):
            given_name (str):
            id (UUID):
            medical_record_number (str):
            sex (Sex):
     """

    birth_date: datetime.date
    family_name: str
    given_name: str
    id: UUID
    medical_record_number: str
    sex: Sex





    def to_dict(self) -> dict[str, Any]:
        birth_date = self.birth_date.isoformat()

        family_name = self.family_name

        given_name = self.given_name

        id = str(self.id)

        medical_record_number = self.medical_record_number

        sex: str = self.sex


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "birth_date": birth_date,
            "family_name": family_name,
            "given_name": given_name,
            "id": id,
            "medical_record_number": medical_record_number,
            "sex": sex,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        birth_date = datetime.date.fromisoformat(d.pop("birth_date"))




        family_name = d.pop("family_name")

        given_name = d.pop("given_name")

        id = UUID(d.pop("id"))




        medical_record_number = d.pop("medical_record_number")

        sex = check_sex(d.pop("sex"))




        patient = cls(
            birth_date=birth_date,
            family_name=family_name,
            given_name=given_name,
            id=id,
            medical_record_number=medical_record_number,
            sex=sex,
        )

        return patient

