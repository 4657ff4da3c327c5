from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.dose_change import check_dose_change
from ..models.dose_change import DoseChange
from typing import cast






T = TypeVar("T", bound="EncounterFactsDrugs")



@_attrs_define
class EncounterFactsDrugs:
    """ Each diabetes drug that was prescribed, and what happened to its dose.

     """

    additional_properties: dict[str, DoseChange] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        
        field_dict: dict[str, Any] = {}
        for prop_name, prop in self.additional_properties.items():
            field_dict[prop_name] = prop


        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        encounter_facts_drugs = cls(
        )


        additional_properties = {}
        for prop_name, prop_dict in d.items():
            additional_property = check_dose_change(prop_dict)



            additional_properties[prop_name] = additional_property

        encounter_facts_drugs.additional_properties = additional_properties
        return encounter_facts_drugs

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> DoseChange:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: DoseChange) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
