"""Lists a page at a time: a cursor names the last row in a way that only we can read, and no page is counted."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from clinical.errors import Fault
from predictions.api.reading import ShapeRefusedError
from predictions.sealed import seal, unseal

Row = TypeVar("Row", bound=Model)


def newest_first(rows: QuerySet[Row], *, cursor: str | None, limit: int, of: str) -> tuple[list[Row], str | None]:
    """A page in the order in which the rows came to be known, and the cursor of the next. `of` names the list."""
    if cursor is not None:
        rows = rows.filter(pk__lt=opened(cursor, of=of))
    found = list(rows.order_by("-pk")[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return found, seal([of, found[-1].pk]) if more else None


def opened(cursor: str, *, of: str) -> Any:
    match unseal(cursor):
        case [str(name), place] if name == of:
            return place
    raise ShapeRefusedError([Fault("cursor", "is none of this list's")])
