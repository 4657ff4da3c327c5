from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
from uuid import UUID
import datetime

if TYPE_CHECKING:
  from ..models.risk_band import RiskBand





T = TypeVar("T", bound="ModelVersion")



@_attrs_define
class ModelVersion:
    """ One version of the model.

        Attributes:
            artefact_sha256 (str):
            bands (list[RiskBand]):
            engine (str):
            feature_schema (str):
            id (UUID):
            name (str):
            number (int):
            promoted_at (datetime.datetime | None):
            status (str):
            trained_at (datetime.datetime):
     """

    artefact_sha256: str
    bands: list[RiskBand]
    engine: str
    feature_schema: str
    id: UUID
    name: str
    number: int
    promoted_at: datetime.datetime | None
    status: str
    trained_at: datetime.datetime





    def to_dict(self) -> dict[str, Any]:
        from ..models.risk_band import RiskBand # noqa: PLC0415
        artefact_sha256 = self.artefact_sha256

        bands = []
        for bands_item_data in self.bands:
            bands_item = bands_item_data.to_dict()
            bands.append(bands_item)



        engine = self.engine

        feature_schema = self.feature_schema

        id = str(self.id)

        name = self.name

        number = self.number

        promoted_at: None | str
        if isinstance(self.promoted_at, datetime.datetime):
            promoted_at = self.promoted_at.isoformat()
        else:
            promoted_at = self.promoted_at

        status = self.status

        trained_at = self.trained_at.isoformat()


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "artefact_sha256": artefact_sha256,
            "bands": bands,
            "engine": engine,
            "feature_schema": feature_schema,
            "id": id,
            "name": name,
            "number": number,
            "promoted_at": promoted_at,
            "status": status,
            "trained_at": trained_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.risk_band import RiskBand # noqa: PLC0415
        d = dict(src_dict)
        artefact_sha256 = d.pop("artefact_sha256")

        bands = []
        _bands = d.pop("bands")
        for bands_item_data in (_bands):
            bands_item = RiskBand.from_dict(bands_item_data)



            bands.append(bands_item)


        engine = d.pop("engine")

        feature_schema = d.pop("feature_schema")

        id = UUID(d.pop("id"))




        name = d.pop("name")

        number = d.pop("number")

        def _parse_promoted_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                promoted_at_type_0 = datetime.datetime.fromisoformat(data)



                return promoted_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        promoted_at = _parse_promoted_at(d.pop("promoted_at"))


        status = d.pop("status")

        trained_at = datetime.datetime.fromisoformat(d.pop("trained_at"))




        model_version = cls(
            artefact_sha256=artefact_sha256,
            bands=bands,
            engine=engine,
            feature_schema=feature_schema,
            id=id,
            name=name,
            number=number,
            promoted_at=promoted_at,
            status=status,
            trained_at=trained_at,
        )

        return model_version

