from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
from uuid import UUID

if TYPE_CHECKING:
  from ..models.factor import Factor





T = TypeVar("T", bound="Why")



@_attrs_define
class Why:
    """ base_probability and the contributions of all factors add up to risk_probability. Nothing here is a cause.

        Attributes:
            base_probability (float):
            cannot_see (list[str]): What no score knows of a patient.
            factors (list[Factor]): Strongest first.
            main_reasons (list[str]):
            prediction_id (UUID):
            risk_probability (float):
            unusual (list[str]):
     """

    base_probability: float
    cannot_see: list[str]
    factors: list[Factor]
    main_reasons: list[str]
    prediction_id: UUID
    risk_probability: float
    unusual: list[str]





    def to_dict(self) -> dict[str, Any]:
        from ..models.factor import Factor # noqa: PLC0415
        base_probability = self.base_probability

        cannot_see = self.cannot_see



        factors = []
        for factors_item_data in self.factors:
            factors_item = factors_item_data.to_dict()
            factors.append(factors_item)



        main_reasons = self.main_reasons



        prediction_id = str(self.prediction_id)

        risk_probability = self.risk_probability

        unusual = self.unusual




        field_dict: dict[str, Any] = {}

        field_dict.update({
            "base_probability": base_probability,
            "cannot_see": cannot_see,
            "factors": factors,
            "main_reasons": main_reasons,
            "prediction_id": prediction_id,
            "risk_probability": risk_probability,
            "unusual": unusual,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.factor import Factor # noqa: PLC0415
        d = dict(src_dict)
        base_probability = d.pop("base_probability")

        cannot_see = cast(list[str], d.pop("cannot_see"))


        factors = []
        _factors = d.pop("factors")
        for factors_item_data in (_factors):
            factors_item = Factor.from_dict(factors_item_data)



            factors.append(factors_item)


        main_reasons = cast(list[str], d.pop("main_reasons"))


        prediction_id = UUID(d.pop("prediction_id"))




        risk_probability = d.pop("risk_probability")

        unusual = cast(list[str], d.pop("unusual"))


        why = cls(
            base_probability=base_probability,
            cannot_see=cannot_see,
            factors=factors,
            main_reasons=main_reasons,
            prediction_id=prediction_id,
            risk_probability=risk_probability,
            unusual=unusual,
        )

        return why

