"""Shares of a column's values, overall and within groups: measured from a file once, drawn from afterwards.

A value seen fewer than `SMALLEST_CELL` times in a group is left out, so that no figure tells of single patients.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from clinical.diabetes130.draws import weighted_choice

SMALLEST_CELL = 10
EVERYBODY = "*"
Shares = Mapping[str, float]


@dataclass(frozen=True)
class Table:
    """The shares of `column`'s values for each combination of `parents`, and for everybody."""

    column: str
    parents: tuple[str, ...]
    cells: Mapping[str, Shares]

    @classmethod
    def measure(cls, frame: pl.DataFrame, column: str, parents: tuple[str, ...]) -> Table:
        """From the rows of `frame`, whose parents are columns of words."""
        cells = {EVERYBODY: _shares(frame[column])}
        for group in frame.with_columns(cell=_cell(parents)).partition_by("cell") if parents else ():
            if shares := _shares(group[column]):
                cells[group["cell"][0]] = shares
        return cls(column, parents, cells)

    def draw(self, frame: pl.DataFrame, keys: pl.Series, purpose: str) -> pl.Series:
        """One value for each row, by its key and its parents' values."""
        drawn = np.empty(frame.height, dtype=object)
        cells = (
            frame.select(cell=_cell(self.parents)).to_series()
            if self.parents
            else pl.repeat(EVERYBODY, frame.height, eager=True)
        )
        for cell in cells.unique().to_list():
            here = (cells == cell).to_numpy()
            shares = self.cells.get(cell, self.cells[EVERYBODY])
            values = np.array(list(shares), dtype=object)
            drawn[here] = values[
                weighted_choice(keys.filter(pl.Series(here)), f"{purpose} {self.column}", tuple(shares.values()))
            ]
        return pl.Series(self.column, drawn.tolist(), dtype=pl.String)


def _cell(parents: tuple[str, ...]) -> pl.Expr:
    return pl.concat_str([pl.col(parent) for parent in parents], separator="|")


def _shares(values: pl.Series) -> dict[str, float]:
    """Sorted by the value, so that the same figures are always written, and drawn, in the same way."""
    counted = values.value_counts().filter(pl.col("count") >= SMALLEST_CELL).sort(values.name)
    total = counted["count"].sum()
    return {str(value): round(count / total, 6) for value, count in counted.iter_rows()}
