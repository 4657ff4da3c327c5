"""How a batch of scores reaches PostgreSQL: COPY in binary into a table of this transaction, and from there by INSERT.

Rows of the same width are laid out by numpy, which writes a hundred thousand in a second. COPY cannot go into the
tables themselves, because row-level security stands on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

from predictions.champion import Champion
from predictions.engines.base import Matrix
from predictions.engines.calibrated import Scored
from predictions.features.building import row_digests
from predictions.features.flags import flags_of
from predictions.reasons import main_reasons

_FLOAT8_OID = 701
_FLOAT8_BYTES = 8
_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"


@dataclass(frozen=True)
class Scores:
    """A batch: row i of the matrix and of `scored` belongs to encounter i."""

    encounter_ids: npt.NDArray[np.int64]
    matrix: Matrix
    scored: Scored
    champion: Champion
    as_of: datetime


def store(scores: Scores) -> int:
    """Add the predictions that are new, bring their worklist entries up to date, and return how many were new."""
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)
        with cursor.copy(_COPY) as copy:
            copy.write(_HEADER)
            copy.write(_rows(scores).tobytes())
            copy.write(_TRAILER)
        _copy_texts(cursor, scores)
        cursor.execute("ANALYZE scored (encounter_id)")
        cursor.execute(_INSERT, _constants(scores))
        stored = int(cursor.rowcount)
        cursor.execute(_HOLDS_AGAIN, _constants(scores))
        cursor.execute(_LIST, _constants(scores))
        cursor.execute("DROP TABLE scored, said")
    return stored


def list_refused(refused: dict[int, str]) -> None:
    """Write on the worklist why these encounters have no score."""
    with connection.cursor() as cursor:
        cursor.execute(_LIST_REFUSED, [list(refused), list(refused.values())])


def _copy_texts(cursor: Any, scores: Scores) -> None:
    """Their length differs from row to row, so they travel as text, beside the others."""
    reasons = main_reasons(scores.scored.wide, scores.scored.parts)
    flags = flags_of(scores.scored.wide, scores.champion.model.encoder)
    with cursor.copy(_COPY_TEXTS) as copy:
        for row in zip(scores.encounter_ids.tolist(), reasons, flags, strict=True):
            copy.write_row(row)


def _constants(scores: Scores) -> dict[str, Any]:
    return {
        "version": scores.champion.version_id,
        "schema": scores.champion.feature_schema,
        "base": scores.scored.base_probability,
        "bands": [band.name.value for band in scores.champion.bands],
        "as_of": scores.as_of,
    }


def _rows(scores: Scores) -> npt.NDArray[np.void]:
    rows = np.zeros(len(scores.encounter_ids), dtype=_row_type(scores.scored.wide.shape[1]))
    rows["fields"] = _FIELDS
    probabilities = scores.scored.probabilities.tolist()
    place = {band.name: number for number, band in enumerate(scores.champion.bands, start=1)}
    _fill(rows, "encounter_id", scores.encounter_ids)
    _fill(rows, "sha256", np.array(row_digests(scores.matrix), dtype="S64"))
    _fill(rows, "probability", probabilities)
    _fill(rows, "low", scores.scored.low)
    _fill(rows, "high", scores.scored.high)
    _fill(rows, "band", [place[scores.champion.band_of(probability).name] for probability in probabilities])
    _fill_array(rows, "values", scores.scored.wide)
    _fill_array(rows, "factors", scores.scored.parts)
    return rows


def _row_type(features: int) -> np.dtype[np.void]:
    """One row as COPY's binary format has it: the number of fields, then each field with its length before it."""
    element = np.dtype([("length", ">i4"), ("value", ">f8")])
    array = np.dtype(
        [("dimensions", ">i4"), ("has_nulls", ">i4"), ("type", ">i4"), ("size", ">i4"), ("first", ">i4"),
         ("elements", element, (features,))]
    )  # fmt: skip
    columns: dict[str, np.dtype[np.void] | str] = {
        "encounter_id": ">i8", "sha256": "S64", "probability": ">f8", "low": ">f8", "high": ">f8", "band": ">i4",
        "values": array, "factors": array,
    }  # fmt: skip
    return np.dtype(
        [("fields", ">i2")] + [part for name, kind in columns.items() for part in ((f"{name}_length", ">i4"), (name, kind))]
    )


_FIELDS = 8


def _fill(rows: npt.NDArray[np.void], name: str, values: npt.ArrayLike) -> None:
    rows[f"{name}_length"] = rows.dtype[name].itemsize
    rows[name] = values


def _fill_array(rows: npt.NDArray[np.void], name: str, values: Matrix) -> None:
    rows[f"{name}_length"] = rows.dtype[name].itemsize
    array = rows[name]
    array["dimensions"], array["type"], array["size"], array["first"] = 1, _FLOAT8_OID, values.shape[1], 1
    array["elements"]["length"] = _FLOAT8_BYTES
    array["elements"]["value"] = values


_CREATE = """
CREATE TEMPORARY TABLE scored (
    encounter_id bigint, sha256 text, probability float8, low float8, high float8, band integer,
    feature_values float8[], factors float8[]) WITH (toast_tuple_target = 4080) ON COMMIT DROP;
CREATE TEMPORARY TABLE said (encounter_id bigint PRIMARY KEY, reasons text[], flags text[]) ON COMMIT DROP
"""
_COPY_TEXTS = "COPY said FROM STDIN"
_COPY = "COPY scored FROM STDIN (FORMAT binary)"
_INSERT = """
INSERT INTO predictions_prediction (
    public_id, encounter_id, model_version_id, feature_schema_id, features_sha256, feature_values, factors,
    input_flags, base_probability, risk_probability, risk_low, risk_high, band, as_of, scored_at)
SELECT gen_random_uuid(), encounter_id, %(version)s, %(schema)s, sha256, array_replace(feature_values, 'NaN', NULL), factors,
       said.flags, %(base)s, probability, low, high, (%(bands)s::text[])[band], %(as_of)s, clock_timestamp()
FROM scored JOIN said USING (encounter_id)
ON CONFLICT (encounter_id, model_version_id, features_sha256) DO NOTHING
"""
# the same facts gave the same score again: if it was void, it holds once more
_HOLDS_AGAIN = """
UPDATE predictions_predictionvoid SET taken_back_at = clock_timestamp()
FROM predictions_prediction p JOIN scored ON scored.encounter_id = p.encounter_id AND scored.sha256 = p.features_sha256
WHERE p.id = prediction_id AND p.model_version_id = %(version)s AND taken_back_at IS NULL
"""
# LATERAL, LIMIT 1: one look-up by the unique index for each row, whatever the planner believes of a table that was empty
# when it was last analysed; it has chosen to read the whole table for each row.
# follow_up_* belong to what staff did: an entry that stands keeps them
_LIST = """
INSERT INTO predictions_worklistentry AS entry (
    encounter_id, unit_id, prediction_id, risk_probability, band, reasons, not_scored_reason, waits_for_score, admitted_at,
    discharged_at, follow_up_state)
SELECT e.id, e.unit_id, p.id, p.risk_probability, p.band, said.reasons, '', false, e.admitted_at, e.discharged_at, ''
FROM scored
JOIN said USING (encounter_id)
JOIN clinical_encounter e ON e.id = scored.encounter_id
CROSS JOIN LATERAL (
    SELECT id, risk_probability, band FROM predictions_prediction
    WHERE encounter_id = scored.encounter_id AND model_version_id = %(version)s AND features_sha256 = scored.sha256
    LIMIT 1) p
ORDER BY e.id
ON CONFLICT (encounter_id) DO UPDATE SET
    unit_id = excluded.unit_id, prediction_id = excluded.prediction_id, risk_probability = excluded.risk_probability,
    band = excluded.band, reasons = excluded.reasons, not_scored_reason = '', waits_for_score = false,
    admitted_at = excluded.admitted_at, discharged_at = excluded.discharged_at
WHERE (entry.unit_id, entry.prediction_id, entry.reasons, entry.waits_for_score, entry.admitted_at, entry.discharged_at)
    IS DISTINCT FROM
    (excluded.unit_id, excluded.prediction_id, excluded.reasons, excluded.waits_for_score, excluded.admitted_at,
     excluded.discharged_at)
"""
_LIST_REFUSED = """
INSERT INTO predictions_worklistentry AS entry (
    encounter_id, unit_id, prediction_id, risk_probability, band, reasons, not_scored_reason, waits_for_score, admitted_at,
    discharged_at, follow_up_state)
SELECT e.id, e.unit_id, NULL, NULL, '', '{}', left(refused.reason, 160), false, e.admitted_at, e.discharged_at, ''
FROM unnest(%s::bigint[], %s::text[]) AS refused (encounter_id, reason)
JOIN clinical_encounter e ON e.id = refused.encounter_id
ORDER BY e.id
ON CONFLICT (encounter_id) DO UPDATE SET
    unit_id = excluded.unit_id, prediction_id = NULL, risk_probability = NULL, band = '', reasons = '{}',
    not_scored_reason = excluded.not_scored_reason, waits_for_score = false, admitted_at = excluded.admitted_at,
    discharged_at = excluded.discharged_at
WHERE (entry.unit_id, entry.not_scored_reason, entry.waits_for_score, entry.admitted_at, entry.discharged_at)
    IS DISTINCT FROM
    (excluded.unit_id, excluded.not_scored_reason, excluded.waits_for_score, excluded.admitted_at, excluded.discharged_at)
"""
