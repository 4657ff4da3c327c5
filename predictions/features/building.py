"""From the encounter table to the matrix that a model reads, and the refusal of values that no model was made for."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import narwhals as nw
import numpy as np
import numpy.typing as npt

from clinical.encounter_table import polars_schema
from clinical.plans import TablePlan
from clinical.row_plans import RowPlan
from predictions.errors import FeatureOutOfRangeError
from predictions.features.declaration import Feature
from predictions.features.schema import FEATURES, TERMS

if TYPE_CHECKING:
    import polars as pl

Matrix: TypeAlias = npt.NDArray[np.float64]


def build(table: pl.DataFrame) -> Matrix:
    """One row of features for each row of the encounter table; a value outside its range is an error, never clipped."""
    return _checked(compute(table))


def build_one(row: Mapping[str, Any]) -> Matrix:
    """The same for one row that is told by its columns: the same expressions, and no frame."""
    return _checked(compute_one(row))


def compute(table: pl.DataFrame) -> Matrix:
    """The same without the check, for a batch that sets the refused rows aside."""
    return np.ascontiguousarray(_PLAN.run(table).to_numpy(), dtype=np.float64)


def compute_one(row: Mapping[str, Any]) -> Matrix:
    return np.array([list(_ROW_PLAN.run((row,)).values())], dtype=np.float64)  # None becomes NaN


def refusals(matrix: Matrix) -> dict[int, str]:
    """Which rows hold a value that no model was made for, and which value that is."""
    low, high, required = _limits()
    outside = (matrix < low) | (matrix > high) | (required & np.isnan(matrix)) | np.isinf(matrix)
    if not outside.any():
        return {}
    rows = np.flatnonzero(outside.any(axis=1))
    return {int(row): _refused(matrix[row], outside[row]) for row in rows}


def select(table: nw.LazyFrame[Any], *, keys: tuple[str, ...] = ()) -> nw.LazyFrame[Any]:
    """The same features over any engine that narwhals knows, after `keys`, where an engine keeps no order of rows."""
    return table.with_columns(*TERMS).select(*keys, *(feature.expression.alias(feature.name) for feature in FEATURES))


def row_digests(matrix: Matrix) -> list[str]:
    """SHA-256 of each row; two encounters with the same digest look the same to a model."""
    plain = np.ascontiguousarray(np.where(np.isnan(matrix), np.nan, matrix) + 0.0, dtype="<f8")
    return [hashlib.sha256(row.tobytes()).hexdigest() for row in plain]


def as_stored(row: npt.NDArray[np.float64]) -> list[float | None]:
    """One row as plain numbers, with None where a value is missing."""
    return [None if math.isnan(value) else value for value in row.tolist()]


def _checked(matrix: Matrix) -> Matrix:
    for refusal in refusals(matrix).values():
        raise FeatureOutOfRangeError(refusal)
    return matrix


@cache
def _limits() -> tuple[Matrix, Matrix, npt.NDArray[np.bool_]]:
    low = np.array([feature.low for feature in FEATURES], dtype=np.float64)
    high = np.array([feature.high for feature in FEATURES], dtype=np.float64)
    return low, high, np.array([not feature.missing for feature in FEATURES])


def _refused(row: npt.NDArray[np.float64], outside: npt.NDArray[np.bool_]) -> str:
    place = int(np.argmax(outside))
    feature: Feature = FEATURES[place]
    if math.isnan(row[place]):
        return f"{feature.label}: not recorded, and no score is made without it."
    return f"{feature.label}: the recorded value lies outside {feature.low:g} to {feature.high:g}."


_PLAN = TablePlan(select, polars_schema)
_ROW_PLAN = RowPlan(select)
