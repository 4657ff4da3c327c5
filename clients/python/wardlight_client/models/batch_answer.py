from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.batch_item import BatchItem





T = TypeVar("T", bound="BatchAnswer")



@_attrs_define
class BatchAnswer:
    """ What became of each.

        Attributes:
            items (list[BatchItem]):
            refused (int):
            stored (int):
     """

    items: list[BatchItem]
    refused: int
    stored: int





    def to_dict(self) -> dict[str, Any]:
        from ..models.batch_item import BatchItem # noqa: PLC0415
        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)



        refused = self.refused

        stored = self.stored


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "items": items,
            "refused": refused,
            "stored": stored,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.batch_item import BatchItem # noqa: PLC0415
        d = dict(src_dict)
        items = []
        _items = d.pop("items")
        for items_item_data in (_items):
            items_item = BatchItem.from_dict(items_item_data)



            items.append(items_item)


        refused = d.pop("refused")

        stored = d.pop("stored")

        batch_answer = cls(
            items=items,
            refused=refused,
            stored=stored,
        )

        return batch_answer

