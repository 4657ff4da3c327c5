from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.readmission import check_readmission
from ..models.readmission import Readmission
from typing import cast
from uuid import UUID
import datetime






T = TypeVar("T", bound="Outcome")



@_attrs_define
class Outcome:
    """ What is known of an encounter's outcome. Null: not yet known.

        Attributes:
            counts (bool): Whether it has matured: no figure is computed before.
            encounter_id (UUID):
            matures_at (datetime.datetime | None): Discharge, 30 days, and a lag for late reports.
            readmission (None | Readmission):
            reported_at (datetime.datetime | None):
     """

    counts: bool
    encounter_id: UUID
    matures_at: datetime.datetime | None
    readmission: None | Readmission
    reported_at: datetime.datetime | None





    def to_dict(self) -> dict[str, Any]:
        counts = self.counts

        encounter_id = str(self.encounter_id)

        matures_at: None | str
        if isinstance(self.matures_at, datetime.datetime):
            matures_at = self.matures_at.isoformat()
        else:
            matures_at = self.matures_at

        readmission: None | str
        if isinstance(self.readmission, str):
            readmission = self.readmission
        else:
            readmission = self.readmission

        reported_at: None | str
        if isinstance(self.reported_at, datetime.datetime):
            reported_at = self.reported_at.isoformat()
        else:
            reported_at = self.reported_at


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "counts": counts,
            "encounter_id": encounter_id,
            "matures_at": matures_at,
            "readmission": readmission,
            "reported_at": reported_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        counts = d.pop("counts")

        encounter_id = UUID(d.pop("encounter_id"))




        def _parse_matures_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                matures_at_type_0 = datetime.datetime.fromisoformat(data)



                return matures_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        matures_at = _parse_matures_at(d.pop("matures_at"))


        def _parse_readmission(data: object) -> None | Readmission:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                readmission_type_0 = check_readmission(data)



                return readmission_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Readmission, data)

        readmission = _parse_readmission(d.pop("readmission"))


        def _parse_reported_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                reported_at_type_0 = datetime.datetime.fromisoformat(data)



                return reported_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        reported_at = _parse_reported_at(d.pop("reported_at"))


        outcome = cls(
            counts=counts,
            encounter_id=encounter_id,
            matures_at=matures_at,
            readmission=readmission,
            reported_at=reported_at,
        )

        return outcome

