"""Where the job reads encounters and writes features: delta-rs and Arrow on one machine, Delta itself on Databricks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import polars as pl

from clinical.earlier_stays import HISTORY
from mlops.store.lake import HOUSEKEEPING, Lake
from mlops.store.tables import FEATURES, RAW

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# encounters that cross the bridge at once: what the driver can hold, whatever the table's size
ROWS_AT_ONCE = 100_000
_NOTE = "spark.databricks.delta.commitInfo.userMetadata"


class Tables(Protocol):
    """The two ends of the job."""

    def raw_version(self, asked: int | None) -> int:
        """The newest version in which a row was written, up to the one asked for."""
        ...

    def parts(self, raw_version: int) -> Iterator[DataFrame]:
        """The encounters of that version; all stays of a history are in one part."""
        ...

    def store(self, features: DataFrame) -> None:
        """Put in what is new and change what differs, by encounter and schema hash."""
        ...

    def finish(self, note: Mapping[str, Any]) -> None:
        """Say, in a commit of its own, of which raw version the features are now complete."""
        ...


class ArrowBridge:
    """For a Spark that cannot read Delta: delta-rs reads, Arrow carries, delta-rs writes. Part by part, so that ten times
    the encounters take ten times as long and not ten times the memory.
    """

    def __init__(self, spark: SparkSession, lake: Lake, *, rows_at_once: int = ROWS_AT_ONCE) -> None:
        self.spark, self.lake, self.rows_at_once = spark, lake, rows_at_once

    def raw_version(self, asked: int | None) -> int:
        return self.lake.version(RAW, asked=asked)

    def parts(self, raw_version: int) -> Iterator[DataFrame]:
        raw = self.lake.read(RAW, version=raw_version)
        for first, last in self._ranges(raw):
            part = raw.filter(pl.col(HISTORY).is_between(first, last)).collect()
            yield self.spark.createDataFrame(part.to_arrow())

    def store(self, features: DataFrame) -> None:
        rows = pl.from_arrow(features.toArrow())
        if not isinstance(rows, pl.DataFrame):
            raise TypeError
        self.lake.merge(FEATURES, rows, note={})

    def finish(self, note: Mapping[str, Any]) -> None:
        self.lake.append(FEATURES, self.lake.read(FEATURES).clear().collect(), note=note)

    def _ranges(self, raw: pl.LazyFrame) -> list[tuple[int, int]]:
        """Numbers of histories from and to, with about so many encounters between them."""
        histories = raw.select(HISTORY).sort(HISTORY).collect()[HISTORY].to_list()
        lasts = sorted({*histories[self.rows_at_once - 1 :: self.rows_at_once], *histories[-1:]})
        firsts = [*histories[:1], *(last + 1 for last in lasts[:-1])]
        return list(zip(firsts, lasts, strict=True))


class NativeDelta:
    """For Databricks, where Spark reads and writes Delta itself: one part, one MERGE, all of it on the cluster."""

    def __init__(self, spark: SparkSession, root: str) -> None:
        self.spark = spark
        self.raw, self.features = f"{root.rstrip('/')}/{RAW.name}", f"{root.rstrip('/')}/{FEATURES.name}"

    def raw_version(self, asked: int | None) -> int:
        commits = self.spark.sql(f"DESCRIBE HISTORY delta.`{self.raw}`").select("version", "operation").collect()
        written = (int(commit["version"]) for commit in commits if commit["operation"] not in HOUSEKEEPING)
        return max(version for version in written if asked is None or version <= asked)

    def parts(self, raw_version: int) -> Iterator[DataFrame]:
        yield self.spark.read.format("delta").option("versionAsOf", raw_version).load(self.raw)

    def store(self, features: DataFrame) -> None:
        # an empty append makes the table, or gives it the columns of a new definition, before the first MERGE
        empty = features.limit(0).write.format("delta").mode("append").option("mergeSchema", "true")
        empty.partitionBy(*FEATURES.partitions).save(self.features)
        features.createOrReplaceTempView("computed")
        self.spark.sql(merge_statement(self.features))

    def finish(self, note: Mapping[str, Any]) -> None:
        self.spark.conf.set(_NOTE, json.dumps(dict(note), sort_keys=True))
        try:
            # changing a property makes a commit also where no feature has changed
            self.spark.sql(note_statement(self.features, raw_version=note["raw_version"]))
        finally:
            self.spark.conf.unset(_NOTE)


def merge_statement(address: str) -> str:
    same = " AND ".join(f"stored.{key} = computed.{key}" for key in FEATURES.keys)
    return (
        f"MERGE INTO delta.`{address}` AS stored USING computed ON {same}"
        " WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
    )


def note_statement(address: str, *, raw_version: int) -> str:
    return f"ALTER TABLE delta.`{address}` SET TBLPROPERTIES ('wardlight.raw_version' = '{raw_version}')"
