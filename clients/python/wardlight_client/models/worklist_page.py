from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.worklist_line import WorklistLine





T = TypeVar("T", bound="WorklistPage")



@_attrs_define
class WorklistPage:
    """ The list, the highest risk first; whoever has no score stands at its end.

        Attributes:
            items (list[WorklistLine]):
            next_ (None | str): The cursor of the next page; null on the last one.
            not_scored (int):
            total (int): Lines of the whole list, counted up to 1,001.
     """

    items: list[WorklistLine]
    next_: None | str
    not_scored: int
    total: int





    def to_dict(self) -> dict[str, Any]:
        from ..models.worklist_line import WorklistLine # noqa: PLC0415
        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)



        next_: None | str
        next_ = self.next_

        not_scored = self.not_scored

        total = self.total


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "items": items,
            "next": next_,
            "not_scored": not_scored,
            "total": total,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.worklist_line import WorklistLine # noqa: PLC0415
        d = dict(src_dict)
        items = []
        _items = d.pop("items")
        for items_item_data in (_items):
            items_item = WorklistLine.from_dict(items_item_data)



            items.append(items_item)


        def _parse_next_(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        next_ = _parse_next_(d.pop("next"))


        not_scored = d.pop("not_scored")

        total = d.pop("total")

        worklist_page = cls(
            items=items,
            next_=next_,
            not_scored=not_scored,
            total=total,
        )

        return worklist_page

