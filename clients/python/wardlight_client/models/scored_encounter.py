from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.encounter import Encounter
  from ..models.not_scored import NotScored
  from ..models.prediction import Prediction





T = TypeVar("T", bound="ScoredEncounter")



@_attrs_define
class ScoredEncounter:
    """ A stay with its newest score and the two strongest reasons that raise it; or why there is none.

        Attributes:
            encounter (Encounter): A stay as it is kept.
            main_reasons (list[str]):
            not_scored (None | NotScored):
            prediction (None | Prediction):
     """

    encounter: Encounter
    main_reasons: list[str]
    not_scored: None | NotScored
    prediction: None | Prediction





    def to_dict(self) -> dict[str, Any]:
        from ..models.encounter import Encounter # noqa: PLC0415
        from ..models.not_scored import NotScored # noqa: PLC0415
        from ..models.prediction import Prediction # noqa: PLC0415
        encounter = self.encounter.to_dict()

        main_reasons = self.main_reasons



        not_scored: dict[str, Any] | None
        if isinstance(self.not_scored, NotScored):
            not_scored = self.not_scored.to_dict()
        else:
            not_scored = self.not_scored

        prediction: dict[str, Any] | None
        if isinstance(self.prediction, Prediction):
            prediction = self.prediction.to_dict()
        else:
            prediction = self.prediction


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "encounter": encounter,
            "main_reasons": main_reasons,
            "not_scored": not_scored,
            "prediction": prediction,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.encounter import Encounter # noqa: PLC0415
        from ..models.not_scored import NotScored # noqa: PLC0415
        from ..models.prediction import Prediction # noqa: PLC0415
        d = dict(src_dict)
        encounter = Encounter.from_dict(d.pop("encounter"))




        main_reasons = cast(list[str], d.pop("main_reasons"))


        def _parse_not_scored(data: object) -> None | NotScored:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                not_scored_type_0 = NotScored.from_dict(data)



                return not_scored_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | NotScored, data)

        not_scored = _parse_not_scored(d.pop("not_scored"))


        def _parse_prediction(data: object) -> None | Prediction:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                prediction_type_0 = Prediction.from_dict(data)



                return prediction_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Prediction, data)

        prediction = _parse_prediction(d.pop("prediction"))


        scored_encounter = cls(
            encounter=encounter,
            main_reasons=main_reasons,
            not_scored=not_scored,
            prediction=prediction,
        )

        return scored_encounter

