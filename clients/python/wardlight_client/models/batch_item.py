from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
from uuid import UUID

if TYPE_CHECKING:
  from ..models.item_fault import ItemFault
  from ..models.not_scored import NotScored
  from ..models.prediction import Prediction





T = TypeVar("T", bound="BatchItem")



@_attrs_define
class BatchItem:
    """ What became of one stay.

        Attributes:
            code (None | str): Why it was refused.
            encounter_id (None | UUID):
            errors (list[ItemFault]):
            main_reasons (list[str]):
            not_scored (None | NotScored):
            position (int): From 1, as they were sent.
            prediction (None | Prediction):
            status (int): 201 stored, 200 known or corrected, 202 stored and not scored yet, 422 refused.
            version (int | None):
            visit_number (None | str):
     """

    code: None | str
    encounter_id: None | UUID
    errors: list[ItemFault]
    main_reasons: list[str]
    not_scored: None | NotScored
    position: int
    prediction: None | Prediction
    status: int
    version: int | None
    visit_number: None | str





    def to_dict(self) -> dict[str, Any]:
        from ..models.item_fault import ItemFault # noqa: PLC0415
        from ..models.not_scored import NotScored # noqa: PLC0415
        from ..models.prediction import Prediction # noqa: PLC0415
        code: None | str
        code = self.code

        encounter_id: None | str
        if isinstance(self.encounter_id, UUID):
            encounter_id = str(self.encounter_id)
        else:
            encounter_id = self.encounter_id

        errors = []
        for errors_item_data in self.errors:
            errors_item = errors_item_data.to_dict()
            errors.append(errors_item)



        main_reasons = self.main_reasons



        not_scored: dict[str, Any] | None
        if isinstance(self.not_scored, NotScored):
            not_scored = self.not_scored.to_dict()
        else:
            not_scored = self.not_scored

        position = self.position

        prediction: dict[str, Any] | None
        if isinstance(self.prediction, Prediction):
            prediction = self.prediction.to_dict()
        else:
            prediction = self.prediction

        status = self.status

        version: int | None
        version = self.version

        visit_number: None | str
        visit_number = self.visit_number


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "code": code,
            "encounter_id": encounter_id,
            "errors": errors,
            "main_reasons": main_reasons,
            "not_scored": not_scored,
            "position": position,
            "prediction": prediction,
            "status": status,
            "version": version,
            "visit_number": visit_number,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.item_fault import ItemFault # noqa: PLC0415
        from ..models.not_scored import NotScored # noqa: PLC0415
        from ..models.prediction import Prediction # noqa: PLC0415
        d = dict(src_dict)
        def _parse_code(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        code = _parse_code(d.pop("code"))


        def _parse_encounter_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                encounter_id_type_0 = UUID(data)



                return encounter_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        encounter_id = _parse_encounter_id(d.pop("encounter_id"))


        errors = []
        _errors = d.pop("errors")
        for errors_item_data in (_errors):
            errors_item = ItemFault.from_dict(errors_item_data)



            errors.append(errors_item)


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


        position = d.pop("position")

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


        status = d.pop("status")

        def _parse_version(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        version = _parse_version(d.pop("version"))


        def _parse_visit_number(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        visit_number = _parse_visit_number(d.pop("visit_number"))


        batch_item = cls(
            code=code,
            encounter_id=encounter_id,
            errors=errors,
            main_reasons=main_reasons,
            not_scored=not_scored,
            position=position,
            prediction=prediction,
            status=status,
            version=version,
            visit_number=visit_number,
        )

        return batch_item

