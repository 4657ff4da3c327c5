"""Predictions into the lake: the nightly copy of what has been scored since the last one."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import polars as pl
from django.db import connection

from clinical import audit
from clinical.access import scope_of_the_system
from mlops.store.lake import Lake, Written
from mlops.store.tables import PREDICTIONS, SCORED_ON

# a score is dated before it is committed; what a long transaction dated yesterday is still found today
OVERLAP = timedelta(days=1)
_SINCE_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_TYPES = {
    "prediction_id": pl.String(), "encounter_id": pl.Int64(), "model_version": pl.String(), "risk_probability": pl.Float64(),
    "scored_at": pl.Datetime("us", "UTC"), SCORED_ON: pl.Date(),
}  # fmt: skip


def export_predictions(*, lake: Lake) -> Written:
    """Add what is new. A prediction never changes, so one that is met again is left as it is."""
    rows = _scored_since(_newest(lake) - OVERLAP)
    # outside of the transaction that read them: the lake may be a network away
    return lake.merge(PREDICTIONS, rows, note={})


def _newest(lake: Lake) -> datetime:
    if not lake.holds(PREDICTIONS):
        return _SINCE_EVER + OVERLAP
    newest = lake.read(PREDICTIONS).select(pl.col("scored_at").max()).collect().item()
    return newest if isinstance(newest, datetime) else _SINCE_EVER + OVERLAP


def _scored_since(moment: datetime) -> pl.DataFrame:
    text = io.BytesIO()
    with scope_of_the_system():
        with connection.cursor() as cursor, cursor.copy(_COPY, [moment]) as lines:
            for line in lines:
                text.write(line)
        text.seek(0)
        rows = pl.read_csv(text, schema=_TYPES | {"scored_at": pl.String()}, has_header=False)
        audit.record(actor=None, verb="predictions.exported", subject_type="predictions", detail={"predictions": rows.height})
    return rows.with_columns(pl.col("scored_at").str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_zone="UTC", time_unit="us"))


_COPY = """
COPY (
    SELECT p.public_id, p.encounter_id, v.public_id, p.risk_probability,
           to_char(p.scored_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), (p.scored_at AT TIME ZONE 'UTC')::date
    FROM predictions_prediction p JOIN predictions_modelversion v ON v.id = p.model_version_id
    WHERE p.scored_at >= %s
) TO STDOUT (FORMAT csv)
"""
