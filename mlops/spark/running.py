"""The job itself: encounters of one raw version in, their features out, by the definition that scores one patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops.spark.frames import features_of, refuse_an_engine_that_disagrees
from mlops.spark.tables import Tables
from mlops.store.notes import note_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def run(spark: SparkSession, tables: Tables, *, raw_version: int | None = None, partitions: int | None = None) -> int:
    """Make the features of a raw version, the newest one where none is named, and return which it was.

    The golden rows come first: a Spark that disagrees on one of them writes nothing. The last commit says that the
    version is complete, so that nobody learns from a job that was cut short.
    """
    refuse_an_engine_that_disagrees(spark)
    version = tables.raw_version(raw_version)
    for part in tables.parts(version):
        tables.store(features_of(part, partitions=partitions))
    tables.finish(note_of(version))
    return version
