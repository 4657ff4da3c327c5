"""From a file or the hospital's database into the lake: the encounters as they are, and their features.

A second run stores what has come or changed since. The features carry the raw version that they were made from, so that
a training run finds the two that belong together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl
from django.db import connection

from clinical import audit
from clinical.access import scope_of_the_system
from clinical.diabetes130.reader import read_table
from clinical.diabetes130.succession import in_order
from clinical.earlier_stays import HISTORY, STAY_NUMBER
from clinical.encounter_table import TOLD_WHOLE
from clinical.history import histories
from clinical.models.outcome import Readmission
from mlops.errors import MixedOriginsError
from mlops.store.feature_rows import feature_rows
from mlops.store.lake import Lake, Written
from mlops.store.notes import features_version, note_of
from mlops.store.raw_rows import encounter_table, raw_rows
from mlops.store.tables import (
    ENCOUNTER_ID,
    ENDED_AT,
    FEATURES,
    FROM_A_FILE,
    MOMENT,
    ORIGIN,
    RAW,
    READMITTED,
    SOURCE_ORDER,
)


@dataclass(frozen=True)
class Filled:
    """The two tables after the run; `refused` encounters hold a value that no model was made for, and have no features."""

    raw: Written
    features: Written
    refused: int


def from_file(path: Path, *, lake: Lake) -> Filled:
    """The data set's file, with its labels and in its order."""
    table = read_table(path)
    table.refuse_if_any_row_was()
    readmitted = (pl.col("readmission") == Readmission.WITHIN_30_DAYS).alias(READMITTED)
    order = pl.int_range(pl.len(), dtype=pl.Int64).alias(SOURCE_ORDER)
    undated = pl.lit(None, dtype=MOMENT).alias(ENDED_AT)
    stays = in_order(table.frame.with_columns(readmitted, order, pl.lit(FROM_A_FILE).alias(ORIGIN), undated))
    return fill(raw_rows(stays), lake=lake)


def from_database(*, as_of: datetime, lake: Lake) -> Filled:
    """Every encounter begun by `as_of`, with its outcome where that has matured."""
    with scope_of_the_system():
        known = _known(as_of)
        table = histories(known[ENCOUNTER_ID].to_list(), as_of=as_of)
        audit.record(actor=None, verb="encounters.exported", subject_type="encounters", detail={"encounters": table.height})
    # outside of the transaction: the lake may be a network away
    return fill(raw_rows(known.join(table, on=ENCOUNTER_ID)), lake=lake)


def fill(rows: pl.DataFrame, *, lake: Lake) -> Filled:
    """Rows as raw_rows makes them."""
    _refuse_mixed_origins(rows, lake)
    raw = lake.merge(RAW, rows, note={})
    made = features_version(raw.version, lake=lake)
    if made is not None:
        return Filled(raw, Written(version=made), refused=0)
    made_of, refused = feature_rows(encounter_table(lake.rows(RAW, version=raw.version)))
    features = lake.merge(FEATURES, made_of, note=note_of(raw.version), even_if_same=True)
    return Filled(raw, features, refused)


def _refuse_mixed_origins(rows: pl.DataFrame, lake: Lake) -> None:
    if not lake.holds(RAW):
        return
    there = lake.read(RAW).select(pl.col(ORIGIN).unique()).collect()[ORIGIN].to_list()
    coming = rows[ORIGIN].unique().to_list()
    if (FROM_A_FILE in there) != (FROM_A_FILE in coming) and there:
        raise MixedOriginsError


def _known(as_of: datetime) -> pl.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(_ENCOUNTERS, [as_of, Readmission.WITHIN_30_DAYS.value, as_of])
        rows = cursor.fetchall()
    kinds = dict.fromkeys(_KNOWN, pl.Int64()) | {ORIGIN: pl.String(), READMITTED: pl.Boolean(), ENDED_AT: MOMENT}
    return pl.DataFrame(rows, schema=kinds, orient="row")


_KNOWN = (ENCOUNTER_ID, ORIGIN, SOURCE_ORDER, HISTORY, STAY_NUMBER, READMITTED, ENDED_AT)
# the order of a patient's stays is that of clinical.history: by admission
_ENCOUNTERS = f"""
SELECT e.id, e.provenance, e.source_order, e.patient_id,
       row_number() OVER (PARTITION BY e.patient_id ORDER BY e.admitted_at, e.id),
       CASE WHEN o.readmission <> '' AND o.matures_at <= %s THEN o.readmission = %s END,
       coalesce(e.discharged_at, e.admitted_at)
FROM clinical_encounter e LEFT JOIN clinical_outcome o ON o.encounter_id = e.id
WHERE e.admitted_at <= %s AND {TOLD_WHOLE}
"""  # noqa: S608  our own column names
