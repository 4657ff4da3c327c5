"""What a training run reads from the lake: encounters with a known outcome and their features, of one raw version."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from mlops.errors import FeaturesMissingError, ForeignSchemaError, OperationError
from mlops.store.feature_rows import digest, matrix_of
from mlops.store.lake import Lake
from mlops.store.notes import features_version
from mlops.store.raw_rows import encounter_table
from mlops.store.tables import (
    ENCOUNTER_ID,
    ENDED_AT,
    FEATURES,
    MOMENT,
    ORIGIN,
    RAW,
    READMITTED,
    SCHEMA_HASH,
    SCHEMA_VERSION,
    SOURCE_ORDER,
)
from predictions.features import schema
from predictions.features.building import Matrix

_ROWS_AT_ONCE = 20_000


@dataclass(frozen=True)
class TableRead:
    """One table as it was read: enough to read it again and to see that it is the same."""

    table: str
    version: int
    sha256: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Labelled:
    """`encounters` with a known outcome in their source's order, one row of `matrix` and one of `ended_at` each."""

    encounters: pl.DataFrame
    matrix: Matrix
    ended_at: pl.Series
    origin: str
    read: tuple[TableRead, ...]


def labelled(lake: Lake, *, raw_version: int | None = None) -> Labelled:
    """The newest raw version, or the one asked for, with the features that were made from it."""
    version = lake.version(RAW, asked=raw_version)
    raw = lake.rows(RAW, version=version)
    made = features_version(version, lake=lake)
    if made is None:
        raise _why_not(lake, version)
    features = lake.rows(FEATURES, version=made, where=pl.col(SCHEMA_HASH) == schema.schema_hash())
    known = _with_outcome(raw)
    origin = ", ".join(raw[ORIGIN].unique().sort())
    read = (TableRead(RAW.name, version, _digest(raw)), TableRead(FEATURES.name, made, digest(features)))
    encounters = known.drop(ORIGIN, SOURCE_ORDER, ENDED_AT)
    return Labelled(encounters, _in_order_of(known, features), known[ENDED_AT], origin, read)


def _with_outcome(raw: pl.DataFrame) -> pl.DataFrame:
    """The encounter table with `readmitted`; stays without a known outcome are read as history and left out themselves."""
    # versions from before stays had their end are read as without dates
    dated = raw if ENDED_AT in raw.columns else raw.with_columns(pl.lit(None, dtype=MOMENT).alias(ENDED_AT))
    table = encounter_table(raw).hstack(dated.select(READMITTED, ORIGIN, SOURCE_ORDER, ENDED_AT))
    return table.filter(pl.col(READMITTED).is_not_null()).sort(ORIGIN, SOURCE_ORDER, ENCOUNTER_ID)


def _in_order_of(known: pl.DataFrame, features: pl.DataFrame) -> Matrix:
    aligned = known.select(ENCOUNTER_ID).join(features, on=ENCOUNTER_ID, how="left", maintain_order="left")
    without = aligned[SCHEMA_HASH].null_count()
    if without:
        msg = f"{without:,} encounters with a known outcome have no features: a value lies outside what a model may read."
        raise FeaturesMissingError(msg)
    return matrix_of(aligned)


def _digest(raw: pl.DataFrame) -> str:
    """Of every cell, whatever order the table gave rows and columns in."""
    ordered = raw.select(sorted(raw.columns)).sort(ENCOUNTER_ID)
    sha256 = hashlib.sha256()
    for part in ordered.iter_slices(_ROWS_AT_ONCE):
        sha256.update(part.write_ndjson().encode())
    return sha256.hexdigest()


def _why_not(lake: Lake, raw_version: int) -> OperationError:
    """Features of another definition are refused by name; otherwise nobody has made them from this version."""
    stored = lake.read(FEATURES).select(SCHEMA_VERSION, SCHEMA_HASH).unique().collect() if lake.holds(FEATURES) else None
    ours = f"{schema.VERSION} ({schema.schema_hash()[:12]})"
    if stored is not None and stored.height and schema.schema_hash() not in stored[SCHEMA_HASH]:
        theirs = ", ".join(f"{version} ({schema_hash[:12]})" for version, schema_hash in stored.sort(SCHEMA_HASH).iter_rows())
        msg = f"The lake holds features of schema {theirs}; this code reads schema {ours}. Run store_features."
        return ForeignSchemaError(msg)
    msg = f"No features of schema {ours} were made from version {raw_version} of the raw table. Run store_features."
    return FeaturesMissingError(msg)
