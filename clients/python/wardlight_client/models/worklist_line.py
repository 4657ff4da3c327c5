from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.band import Band
from ..models.band import check_band
from ..models.follow_up_state import check_follow_up_state
from ..models.follow_up_state import FollowUpState
from typing import cast
from uuid import UUID
import datetime

if TYPE_CHECKING:
  from ..models.interval import Interval





T = TypeVar("T", bound="WorklistLine")



@_attrs_define
class WorklistLine:
    """ One line of the list.

        Attributes:
            admitted_at (datetime.datetime):
            band (Band | None):
            discharged_at (datetime.datetime | None):
            encounter_id (UUID):
            follow_up_at (datetime.datetime | None):
            follow_up_state (FollowUpState | None):
            interval (Interval | None):
            main_reasons (list[str]):
            not_scored_reason (None | str):
            patient_id (UUID):
            prediction_id (None | UUID):
            risk_probability (float | None):
            unit (str):
     """

    admitted_at: datetime.datetime
    band: Band | None
    discharged_at: datetime.datetime | None
    encounter_id: UUID
    follow_up_at: datetime.datetime | None
    follow_up_state: FollowUpState | None
    interval: Interval | None
    main_reasons: list[str]
    not_scored_reason: None | str
    patient_id: UUID
    prediction_id: None | UUID
    risk_probability: float | None
    unit: str





    def to_dict(self) -> dict[str, Any]:
        from ..models.interval import Interval # noqa: PLC0415
        admitted_at = self.admitted_at.isoformat()

        band: None | str
        if isinstance(self.band, str):
            band = self.band
        else:
            band = self.band

        discharged_at: None | str
        if isinstance(self.discharged_at, datetime.datetime):
            discharged_at = self.discharged_at.isoformat()
        else:
            discharged_at = self.discharged_at

        encounter_id = str(self.encounter_id)

        follow_up_at: None | str
        if isinstance(self.follow_up_at, datetime.datetime):
            follow_up_at = self.follow_up_at.isoformat()
        else:
            follow_up_at = self.follow_up_at

        follow_up_state: None | str
        if isinstance(self.follow_up_state, str):
            follow_up_state = self.follow_up_state
        else:
            follow_up_state = self.follow_up_state

        interval: dict[str, Any] | None
        if isinstance(self.interval, Interval):
            interval = self.interval.to_dict()
        else:
            interval = self.interval

        main_reasons = self.main_reasons



        not_scored_reason: None | str
        not_scored_reason = self.not_scored_reason

        patient_id = str(self.patient_id)

        prediction_id: None | str
        if isinstance(self.prediction_id, UUID):
            prediction_id = str(self.prediction_id)
        else:
            prediction_id = self.prediction_id

        risk_probability: float | None
        risk_probability = self.risk_probability

        unit = self.unit


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "admitted_at": admitted_at,
            "band": band,
            "discharged_at": discharged_at,
            "encounter_id": encounter_id,
            "follow_up_at": follow_up_at,
            "follow_up_state": follow_up_state,
            "interval": interval,
            "main_reasons": main_reasons,
            "not_scored_reason": not_scored_reason,
            "patient_id": patient_id,
            "prediction_id": prediction_id,
            "risk_probability": risk_probability,
            "unit": unit,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.interval import Interval # noqa: PLC0415
        d = dict(src_dict)
        admitted_at = datetime.datetime.fromisoformat(d.pop("admitted_at"))




        def _parse_band(data: object) -> Band | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                band_type_0 = check_band(data)



                return band_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Band | None, data)

        band = _parse_band(d.pop("band"))


        def _parse_discharged_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                discharged_at_type_0 = datetime.datetime.fromisoformat(data)



                return discharged_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        discharged_at = _parse_discharged_at(d.pop("discharged_at"))


        encounter_id = UUID(d.pop("encounter_id"))




        def _parse_follow_up_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                follow_up_at_type_0 = datetime.datetime.fromisoformat(data)



                return follow_up_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        follow_up_at = _parse_follow_up_at(d.pop("follow_up_at"))


        def _parse_follow_up_state(data: object) -> FollowUpState | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                follow_up_state_type_0 = check_follow_up_state(data)



                return follow_up_state_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(FollowUpState | None, data)

        follow_up_state = _parse_follow_up_state(d.pop("follow_up_state"))


        def _parse_interval(data: object) -> Interval | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                interval_type_0 = Interval.from_dict(data)



                return interval_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Interval | None, data)

        interval = _parse_interval(d.pop("interval"))


        main_reasons = cast(list[str], d.pop("main_reasons"))


        def _parse_not_scored_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        not_scored_reason = _parse_not_scored_reason(d.pop("not_scored_reason"))


        patient_id = UUID(d.pop("patient_id"))




        def _parse_prediction_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                prediction_id_type_0 = UUID(data)



                return prediction_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        prediction_id = _parse_prediction_id(d.pop("prediction_id"))


        def _parse_risk_probability(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        risk_probability = _parse_risk_probability(d.pop("risk_probability"))


        unit = d.pop("unit")

        worklist_line = cls(
            admitted_at=admitted_at,
            band=band,
            discharged_at=discharged_at,
            encounter_id=encounter_id,
            follow_up_at=follow_up_at,
            follow_up_state=follow_up_state,
            interval=interval,
            main_reasons=main_reasons,
            not_scored_reason=not_scored_reason,
            patient_id=patient_id,
            prediction_id=prediction_id,
            risk_probability=risk_probability,
            unit=unit,
        )

        return worklist_line

