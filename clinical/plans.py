"""Narwhals expressions as one polars plan over an exchangeable table, translated once and run as it is written.

Translating some 80 expressions, and optimising what came of it, costs more than the arithmetic of one row. Each thread
therefore keeps its own translation, and runs it for one row and for a hundred thousand alike.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import narwhals as nw
    import polars as pl


class TablePlan:
    """What `select` makes of a table with the columns of `schema`. Nothing is imported or translated before the first run."""

    def __init__(
        self, select: Callable[[nw.LazyFrame[Any]], nw.LazyFrame[Any]], schema: Callable[[], Mapping[str, pl.DataType]]
    ) -> None:
        self._select, self._schema = select, schema
        self._of_thread = threading.local()

    def run(self, table: pl.DataFrame) -> pl.DataFrame:
        plan: _Translated | None = getattr(self._of_thread, "plan", None)
        if plan is None:
            plan = self._of_thread.plan = _Translated(self._select, self._schema())
        return plan.run(table)


class _Translated:
    def __init__(self, select: Callable[[nw.LazyFrame[Any]], nw.LazyFrame[Any]], schema: Mapping[str, pl.DataType]) -> None:
        import narwhals as nw  # noqa: PLC0415  web processes serve pages and never a frame
        import polars as pl  # noqa: PLC0415
        from polars.io.plugins import register_io_source  # noqa: PLC0415

        self._table: pl.DataFrame | None = None
        source = register_io_source(self._rows, schema=dict(schema), is_pure=False)
        self._plan: pl.LazyFrame = select(nw.from_native(source)).to_native()
        self._as_written = pl.QueryOptFlags.none()

    def run(self, table: pl.DataFrame) -> pl.DataFrame:
        self._table = table
        try:
            return self._plan.collect(optimizations=self._as_written)
        finally:
            self._table = None

    def _rows(
        self, columns: list[str] | None, predicate: pl.Expr | None, rows: int | None, _batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        if self._table is None or predicate is not None or rows is not None:
            msg = "the plan reads whole tables, and only while it runs"
            raise RuntimeError(msg)
        yield self._table if columns is None else self._table.select(columns)
