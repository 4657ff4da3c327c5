"""The predictions of one day as counts and scores: read in binary, some thousand rows at a time, and added up at once.

A prediction keeps the features that it was made from, so what is watched is what the model saw, not what the record says today.
Of several predictions for one encounter on one day the last one counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import numpy.typing as npt
from django.db import connection

from clinical.access import scope_of_the_system
from mlops.monitoring.reference import Column, Matrix
from mlops.monitoring.statistics import Counts, Vector
from predictions.models import ModelStatus, ModelVersion

ROWS_AT_ONCE = 5_000
_HEADER_BYTES, _TRAILER_BYTES = 19, 2


@dataclass(frozen=True)
class Batch:
    """Some rows: their units, scores, and the features that are watched."""

    units: npt.NDArray[np.int64]
    scores: Vector
    matrix: Matrix


@dataclass(frozen=True)
class Seen:
    """What a scope (all, or one unit) held: for each column the rows by cell, and every score."""

    counts: tuple[Counts, ...]
    scores: Vector

    @property
    def rows(self) -> int:
        return len(self.scores)


def day_of(night: date) -> tuple[datetime, datetime]:
    """The day from midnight to midnight, UTC."""
    start = datetime.combine(night, time.min, tzinfo=UTC)
    return start, start + timedelta(days=1)


def seen(version: ModelVersion, night: date, columns: Sequence[Column]) -> tuple[Seen, dict[int, Seen]]:
    """Of all units together, and of each."""
    counts: dict[int, list[Counts]] = {}
    scores: dict[int, list[Vector]] = {}
    for batch in _batches(version, night, width=max(1, len(columns))):  # an empty array is laid out otherwise
        cells = [column.place(batch.matrix[:, number]) for number, column in enumerate(columns)]
        for unit in np.unique(batch.units).tolist():
            mine = batch.units == unit
            so_far = counts.setdefault(unit, [np.zeros(column.cells, dtype=np.int64) for column in columns])
            for total, column, places in zip(so_far, columns, cells, strict=True):
                np.add(total, np.bincount(places[mine], minlength=column.cells), out=total)
            scores.setdefault(unit, []).append(batch.scores[mine])
    units = {unit: Seen(tuple(counts[unit]), np.concatenate(scores[unit])) for unit in counts}
    return _together(units, columns), units


def _together(units: dict[int, Seen], columns: Sequence[Column]) -> Seen:
    totals = [np.zeros(column.cells, dtype=np.int64) for column in columns]
    for unit in units.values():
        for total, counted in zip(totals, unit.counts, strict=True):
            np.add(total, counted, out=total)
    scores = [unit.scores for unit in units.values()]
    return Seen(tuple(totals), np.concatenate(scores) if scores else np.empty(0))


def _batches(version: ModelVersion, night: date, *, width: int) -> Iterator[Batch]:
    """Whole rows out of whatever pieces PostgreSQL sends. Every row is as long as the next: a missing value is NaN."""
    row = _row_type(width)
    parameters = {"version": version.pk, "width": width, "start": day_of(night)[0], "end": day_of(night)[1]}
    waiting, is_first = bytearray(), True
    query = _COPY_SHADOW if version.status != ModelStatus.CHAMPION and version.shadow_trials.exists() else _COPY
    with scope_of_the_system(), connection.cursor() as cursor, cursor.copy(query, parameters) as copy:
        for piece in copy:
            waiting += piece
            if is_first and len(waiting) >= _HEADER_BYTES:
                del waiting[:_HEADER_BYTES]
                is_first = False
            if len(waiting) >= ROWS_AT_ONCE * row.itemsize:
                yield _batch(waiting, row)
        if len(waiting) > _TRAILER_BYTES:
            yield _batch(waiting, row)


def _batch(waiting: bytearray, row: np.dtype[np.void]) -> Batch:
    """Takes the whole rows from the front of what waits."""
    whole = len(waiting) // row.itemsize
    rows = np.frombuffer(bytes(waiting[: whole * row.itemsize]), dtype=row)
    del waiting[: whole * row.itemsize]
    matrix = rows["values"]["elements"]["value"].astype(np.float64)
    return Batch(rows["unit"].astype(np.int64), rows["score"].astype(np.float64), matrix)


def _row_type(width: int) -> np.dtype[np.void]:
    """A row in COPY's binary format: the number of fields, then each with its length before it."""
    element = np.dtype([("length", ">i4"), ("value", ">f8")])
    array = np.dtype(
        [("dimensions", ">i4"), ("has_nulls", ">i4"), ("type", ">i4"), ("size", ">i4"), ("first", ">i4"),
         ("elements", element, (width,))]
    )  # fmt: skip
    return np.dtype(
        [("fields", ">i2"), ("unit_length", ">i4"), ("unit", ">i8"), ("score_length", ">i4"), ("score", ">f8"),
         ("values_length", ">i4"), ("values", array)]
    )  # fmt: skip


# the ids first: to sort whole rows would take a hundred times the room
_COPY = """
COPY (
    SELECT e.unit_id::bigint, p.risk_probability, array_replace(p.feature_values[1:%(width)s], NULL, 'NaN')
    FROM (
        SELECT DISTINCT ON (encounter_id) id
        FROM predictions_prediction
        WHERE model_version_id = %(version)s AND scored_at >= %(start)s AND scored_at < %(end)s
        ORDER BY encounter_id, scored_at DESC
    ) newest
    JOIN predictions_prediction p ON p.id = newest.id
    JOIN clinical_encounter e ON e.id = p.encounter_id
    WHERE array_length(p.feature_values, 1) >= %(width)s
) TO STDOUT (FORMAT binary)
"""
# a candidate in the shadow made no prediction: its scores stand beside those whose inputs it read
_COPY_SHADOW = """
COPY (
    SELECT e.unit_id::bigint, newest.risk_probability, array_replace(p.feature_values[1:%(width)s], NULL, 'NaN')
    FROM (
        SELECT DISTINCT ON (p.encounter_id) p.id, s.risk_probability
        FROM mlops_shadowscore s
        JOIN mlops_shadowtrial t ON t.id = s.trial_id
        JOIN predictions_prediction p ON p.id = s.prediction_id
        WHERE t.version_id = %(version)s AND p.scored_at >= %(start)s AND p.scored_at < %(end)s
        ORDER BY p.encounter_id, p.scored_at DESC
    ) newest
    JOIN predictions_prediction p ON p.id = newest.id
    JOIN clinical_encounter e ON e.id = p.encounter_id
    WHERE array_length(p.feature_values, 1) >= %(width)s
) TO STDOUT (FORMAT binary)
"""
