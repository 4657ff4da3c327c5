"""What the network is given of a row: numbers as steps, a flag for each that is missing, and a place for each code.

A number becomes one value a step between quantiles of the training rows: 1 above the step, 0 below it, a share within
(the piecewise-linear encoding of Gorishniy et al. 2022). All are centred on the training rows, so that nought means
"as on average", and a missing number is nought with its flag up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from predictions.engines.base import Matrix, Vector
from predictions.engines.columns import Levels, Places, levels_as_json, levels_from_json, levels_of, read_description

Dense = npt.NDArray[np.float32]
_NARROWEST = 0.1  # a step that hardly any row is on must not be blown up
_ROWS_AT_ONCE = 4096  # so that a hundred thousand rows do not fill the memory
_VECTORS = ("low", "slope", "centre", "width", "missing_share")


@dataclass(frozen=True)
class Inputs:
    """Learned from training rows."""

    count: int  # of columns in the matrix
    step: Places  # which column each step belongs to
    low: Vector
    slope: Vector
    centre: Vector
    width: Vector
    missing: Places  # the columns that were missing in some training row
    missing_share: Vector
    levels: tuple[Levels, ...]

    @classmethod
    def of(cls, matrix: Matrix, *, categories: tuple[bool, ...], steps: int, fewest_rows: int) -> Self:
        numbers = np.flatnonzero(~np.array(categories, dtype=bool))
        edges = {int(column): _edges(matrix[:, column], steps) for column in numbers}
        step = np.array([column for column, own in edges.items() for _ in own[1:]], dtype=np.int64)
        low, high = (np.concatenate([own[part] for own in edges.values()]) for part in (slice(None, -1), slice(1, None)))
        slope = 1 / (high - low)
        centre, width = _centre_and_width(matrix, step, low, slope)
        absent = np.isnan(matrix[:, numbers]).mean(axis=0)
        return cls(
            count=len(categories), step=step, low=low, slope=slope, centre=centre, width=width,
            missing=numbers[absent > 0], missing_share=absent[absent > 0],
            levels=levels_of(matrix, categories=categories, fewest_rows=fewest_rows),
        )  # fmt: skip

    def dense(self, matrix: Matrix) -> Dense:
        """The steps, then the flags."""
        dense = np.empty((len(matrix), len(self.step) + len(self.missing)), dtype=np.float32)
        for first in range(0, len(matrix), _ROWS_AT_ONCE):
            rows = slice(first, first + _ROWS_AT_ONCE)
            steps = (_on_steps(matrix[rows][:, self.step], self.low, self.slope) - self.centre) / self.width
            dense[rows, : len(self.step)] = np.nan_to_num(steps)
            dense[rows, len(self.step) :] = np.isnan(matrix[rows][:, self.missing]) - self.missing_share
        return dense

    def places(self, matrix: Matrix) -> Places:
        """One column for each entry of `levels`."""
        places = np.empty((len(matrix), len(self.levels)), dtype=np.int64)
        for number, levels in enumerate(self.levels):
            places[:, number] = levels.places(matrix)
        return places

    @property
    def dense_columns(self) -> Places:
        """Which column of the matrix each column of `dense` tells of."""
        return np.concatenate([self.step, self.missing])

    def as_json(self) -> dict[str, Any]:
        vectors = {name: getattr(self, name).tolist() for name in ("step", "missing", *_VECTORS)}
        return {"count": self.count, **vectors, "levels": levels_as_json(self.levels)}

    @classmethod
    def from_json(cls, fields: dict[str, Any], *, count: int) -> Self:
        """The same again; ArtefactRefusedError when it does not describe `count` columns."""
        return read_description(
            lambda: cls(
                count=int(fields["count"]),
                step=np.array(fields["step"], dtype=np.int64),
                missing=np.array(fields["missing"], dtype=np.int64),
                levels=levels_from_json(fields["levels"]),
                **{name: np.array(fields[name], dtype=np.float64) for name in _VECTORS},
            ),
            count=count,
        )

    def fits_together(self) -> bool:
        read = [*self.dense_columns.tolist(), *(levels.column for levels in self.levels)]
        alike = self.step.shape == self.low.shape == self.slope.shape == self.centre.shape == self.width.shape
        return bool(alike and self.missing.shape == self.missing_share.shape and all(0 <= own < self.count for own in read))


def _edges(values: Vector, steps: int) -> Vector:
    """Quantiles of what is there; and coarser ones of what is not the commonest value, because most counts are nought."""
    known = values[~np.isnan(values)]
    if not len(known):
        return known
    own, rows = np.unique(known, return_counts=True)
    rarer = known[known != own[np.argmax(rows)]]
    places = [np.quantile(known, np.linspace(0, 1, steps + 1))]
    if len(rarer):
        places.append(np.quantile(rarer, np.linspace(0, 1, steps // 2 + 1)))
    return np.unique(np.concatenate(places))


def _centre_and_width(matrix: Matrix, step: Places, low: Vector, slope: Vector) -> tuple[Vector, Vector]:
    centre, width = np.empty(len(step)), np.empty(len(step))
    for number, column in enumerate(step):
        share = _on_steps(matrix[:, column], low[number], slope[number])
        centre[number], width[number] = np.nanmean(share), np.sqrt(np.nanvar(share) + _NARROWEST**2)
    return centre, width


def _on_steps(values: Matrix, low: Vector | float, slope: Vector | float) -> Matrix:
    return np.clip((values - low) * slope, 0.0, 1.0)
