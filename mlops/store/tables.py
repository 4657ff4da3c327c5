"""The tables of the lake: which columns tell one row from another, and along which the files are laid out."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

ENCOUNTER_ID, SCHEMA_HASH, SCHEMA_VERSION = "encounter_id", "schema_hash", "schema_version"
ORIGIN, SOURCE_ORDER, READMITTED, ENDED_AT = "origin", "source_order", "readmitted", "ended_at"
SCORED_ON = "scored_on"
FROM_A_FILE = "file"  # an origin; any other is the provenance of a database's encounters
MOMENT = pl.Datetime("us", "UTC")


@dataclass(frozen=True)
class Table:
    """A name under the lake's root. A row is known by its `keys`, of which `partitions` also decide where it lies."""

    name: str
    keys: tuple[str, ...]
    partitions: tuple[str, ...] = ()


RAW = Table("raw", keys=(ENCOUNTER_ID,))
# features of another definition are other rows in another partition, so that the two can never be mixed
FEATURES = Table("features", keys=(ENCOUNTER_ID, SCHEMA_HASH), partitions=(SCHEMA_HASH,))
# the day is decided by the prediction, which never changes; as a key it spares a merge the other days' files
PREDICTIONS = Table("predictions", keys=("prediction_id", SCORED_ON), partitions=(SCORED_ON,))
TABLES = (RAW, FEATURES, PREDICTIONS)
