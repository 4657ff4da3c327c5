"""The features as Spark computes them: the expressions of predictions.features, translated by narwhals, nothing of its own.

All stays of a history must lie on one partition, because a stay's features read the earlier ones. Rows are therefore
spread by a hash of the history: the windows over its stays then need no further exchange, and partitions know nothing
of each other.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl

from clinical import earlier_stays
from clinical.earlier_stays import HISTORY
from clinical.encounter_table import places
from mlops.errors import EngineDisagreesError
from mlops.store.tables import ENCOUNTER_ID, SCHEMA_HASH, SCHEMA_VERSION
from predictions.features import schema
from predictions.features.building import Matrix, row_digests, select
from predictions.features.golden import golden_matrix, golden_table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def features_of(raw: DataFrame, *, partitions: int | None = None) -> DataFrame:
    """One row of features for each encounter whose values a model may read; the others are left out."""
    features = unchecked_features_of(raw, partitions=partitions)
    kept = features.filter(nw.all_horizontal(*_within_range(), ignore_nulls=False))
    named = kept.with_columns(nw.lit(schema.schema_hash()).alias(SCHEMA_HASH), nw.lit(schema.VERSION).alias(SCHEMA_VERSION))
    native: DataFrame = named.to_native()
    return native


def unchecked_features_of(raw: DataFrame, *, partitions: int | None = None) -> nw.LazyFrame[DataFrame]:
    """Rows of the raw table, spread by history: a patient's stays, or a part of them that knows nothing of the others."""
    spread = raw.repartition(partitions, HISTORY) if partitions else raw.repartition(HISTORY)
    stays: nw.LazyFrame[DataFrame] = nw.from_native(spread).lazy()
    return select(earlier_stays.added_to(stays.with_columns(*places())), keys=(ENCOUNTER_ID,))


def matrix_of(features: nw.LazyFrame[DataFrame], table: pl.DataFrame) -> Matrix:
    """What Spark computed, as the matrix of `table` and in its order."""
    rows = pl.from_arrow(features.to_native().toArrow())
    if not isinstance(rows, pl.DataFrame):
        raise TypeError
    return (
        table.select(ENCOUNTER_ID)
        .join(rows, on=ENCOUNTER_ID, how="left", maintain_order="left")
        .select(pl.col(name).cast(pl.Float64).fill_null(float("nan")) for name in schema.names())
        .to_numpy()
    )


@cache
def refuse_an_engine_that_disagrees(spark: SparkSession) -> None:
    """Golden rows first: a Spark that computes any feature differently is found before it writes one. Once for a session."""
    golden = golden_table()
    by_spark = select(nw.from_native(spark.createDataFrame(golden.to_arrow())).lazy(), keys=(ENCOUNTER_ID,))
    if row_digests(matrix_of(by_spark, golden)) != row_digests(golden_matrix()):
        raise EngineDisagreesError


def _within_range() -> list[nw.Expr]:
    # a missing value is null here; where the definition allows none, null is out of range like any other
    return [
        nw.col(feature.name).is_between(feature.low, feature.high).fill_null(bool(feature.missing))
        for feature in schema.FEATURES
    ]
