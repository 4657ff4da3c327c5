from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.encounter_facts import EncounterFacts





T = TypeVar("T", bound="Batch")



@_attrs_define
class Batch:
    """ Up to 1,000 stays. Each stands for itself: what is wrong with one keeps no other from being stored.

        Attributes:
            encounters (list[EncounterFacts]):
     """

    encounters: list[EncounterFacts]





    def to_dict(self) -> dict[str, Any]:
        from ..models.encounter_facts import EncounterFacts # noqa: PLC0415
        encounters = []
        for encounters_item_data in self.encounters:
            encounters_item = encounters_item_data.to_dict()
            encounters.append(encounters_item)




        field_dict: dict[str, Any] = {}

        field_dict.update({
            "encounters": encounters,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.encounter_facts import EncounterFacts # noqa: PLC0415
        d = dict(src_dict)
        encounters = []
        _encounters = d.pop("encounters")
        for encounters_item_data in (_encounters):
            encounters_item = EncounterFacts.from_dict(encounters_item_data)



            encounters.append(encounters_item)


        batch = cls(
            encounters=encounters,
        )

        return batch

