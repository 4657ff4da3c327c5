from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.band import Band
from ..models.band import check_band
from typing import cast
from uuid import UUID
import datetime

if TYPE_CHECKING:
  from ..models.interval import Interval
  from ..models.model_name import ModelName
  from ..models.void import Void





T = TypeVar("T", bound="Prediction")



@_attrs_define
class Prediction:
    """ What one version of the model said of one encounter from one set of facts. Never changed.

        Attributes:
            as_of (datetime.datetime): Nothing later than this was looked at.
            band (Band):
            encounter_id (UUID):
            id (UUID): Also the trace id: cards, follow-ups and outcomes carry it.
            in_words (str):
            interval (Interval): 95 %: how far the score may be off.
            model (ModelName): Which version said it.
            risk_probability (float): Of an unplanned readmission within 30 days of discharge.
            scored_at (datetime.datetime):
            unusual (list[str]): What was unusual in the record that the score was made from.
            void (None | Void):
     """

    as_of: datetime.datetime
    band: Band
    encounter_id: UUID
    id: UUID
    in_words: str
    interval: Interval
    model: ModelName
    risk_probability: float
    scored_at: datetime.datetime
    unusual: list[str]
    void: None | Void





    def to_dict(self) -> dict[str, Any]:
        from ..models.interval import Interval # noqa: PLC0415
        from ..models.model_name import ModelName # noqa: PLC0415
        from ..models.void import Void # noqa: PLC0415
        as_of = self.as_of.isoformat()

        band: str = self.band

        encounter_id = str(self.encounter_id)

        id = str(self.id)

        in_words = self.in_words

        interval = self.interval.to_dict()

        model = self.model.to_dict()

        risk_probability = self.risk_probability

        scored_at = self.scored_at.isoformat()

        unusual = self.unusual



        void: dict[str, Any] | None
        if isinstance(self.void, Void):
            void = self.void.to_dict()
        else:
            void = self.void


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "as_of": as_of,
            "band": band,
            "encounter_id": encounter_id,
            "id": id,
            "in_words": in_words,
            "interval": interval,
            "model": model,
            "risk_probability": risk_probability,
            "scored_at": scored_at,
            "unusual": unusual,
            "void": void,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.interval import Interval # noqa: PLC0415
        from ..models.model_name import ModelName # noqa: PLC0415
        from ..models.void import Void # noqa: PLC0415
        d = dict(src_dict)
        as_of = datetime.datetime.fromisoformat(d.pop("as_of"))




        band = check_band(d.pop("band"))




        encounter_id = UUID(d.pop("encounter_id"))




        id = UUID(d.pop("id"))




        in_words = d.pop("in_words")

        interval = Interval.from_dict(d.pop("interval"))




        model = ModelName.from_dict(d.pop("model"))




        risk_probability = d.pop("risk_probability")

        scored_at = datetime.datetime.fromisoformat(d.pop("scored_at"))




        unusual = cast(list[str], d.pop("unusual"))


        def _parse_void(data: object) -> None | Void:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                void_type_0 = Void.from_dict(data)



                return void_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Void, data)

        void = _parse_void(d.pop("void"))


        prediction = cls(
            as_of=as_of,
            band=band,
            encounter_id=encounter_id,
            id=id,
            in_words=in_words,
            interval=interval,
            model=model,
            risk_probability=risk_probability,
            scored_at=scored_at,
            unusual=unusual,
            void=void,
        )

        return prediction

