from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
from uuid import UUID

if TYPE_CHECKING:
  from ..models.model_card_card import ModelCardCard





T = TypeVar("T", bound="ModelCard")



@_attrs_define
class ModelCard:
    """ What is told of a version to whoever relies on it; see the document on the model's card.

        Attributes:
            card (ModelCardCard): The 31 source attributes of a predictive decision support intervention.
            complete (bool):
            missing (list[str]):
            model_id (UUID):
     """

    card: ModelCardCard
    complete: bool
    missing: list[str]
    model_id: UUID





    def to_dict(self) -> dict[str, Any]:
        from ..models.model_card_card import ModelCardCard # noqa: PLC0415
        card = self.card.to_dict()

        complete = self.complete

        missing = self.missing



        model_id = str(self.model_id)


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "card": card,
            "complete": complete,
            "missing": missing,
            "model_id": model_id,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.model_card_card import ModelCardCard # noqa: PLC0415
        d = dict(src_dict)
        card = ModelCardCard.from_dict(d.pop("card"))




        complete = d.pop("complete")

        missing = cast(list[str], d.pop("missing"))


        model_id = UUID(d.pop("model_id"))




        model_card = cls(
            card=card,
            complete=complete,
            missing=missing,
            model_id=model_id,
        )

        return model_card

