"""The features as Spark computes them: the expressions of predictions.features, translated by narwhals, nothing of its own.

All stays of a patient must lie on one partition, because a stay's features read the earlier ones. Rows are therefore
spread by a hash of the patient: the windows over a patient's stays then need no further exchange, and twice the
machines take half the time as long as no patient has a machine's worth of stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl

from mlops.errors import EngineDisagreesError
from mlops.store.tables import ENCOUNTER_ID, SCHEMA_HASH, SCHEMA_VERSION
from predictions.features import schema
from predictions.features.building import Matrix, row_digests, select
from predictions.features.golden import golden_matrix, golden_table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

PATIENT_ID = "patient_id"


def features_of(encounters: DataFrame, *, partitions: int | None = None) -> DataFrame:
    """One row of features for each encounter whose values a model may read; the others are left out."""
    spread = encounters.repartition(partitions, PATIENT_ID) if partitions else encounters.repartition(PATIENT_ID)
    features = select(nw.from_native(spread).lazy(), keys=(ENCOUNTER_ID,))
    kept = features.filter(nw.all_horizontal(*_within_range(), ignore_nulls=False))
    named = kept.with_columns(nw.lit(schema.schema_hash()).alias(SCHEMA_HASH), nw.lit(schema.VERSION).alias(SCHEMA_VERSION))
    native: DataFrame = named.to_native()
    return native


def matrix_of(spark: SparkSession, table: pl.DataFrame) -> Matrix:
    """The whole matrix of a table, by Spark, in the table's order and without leaving any row out."""
    frame = select(nw.from_native(spark.createDataFrame(table.to_arrow())).lazy(), keys=(ENCOUNTER_ID,)).to_native()
    rows = pl.from_arrow(frame.toArrow())
    if not isinstance(rows, pl.DataFrame):
        raise TypeError
    return (
        table.select(ENCOUNTER_ID)
        .join(rows, on=ENCOUNTER_ID, how="left", maintain_order="left")
        .select(pl.col(name).cast(pl.Float64).fill_null(float("nan")) for name in schema.names())
        .to_numpy()
    )


def refuse_an_engine_that_disagrees(spark: SparkSession) -> None:
    """Golden rows first: a Spark that computes any feature differently is found before it writes one."""
    if row_digests(matrix_of(spark, golden_table())) != row_digests(golden_matrix()):
        raise EngineDisagreesError


def _within_range() -> list[nw.Expr]:
    # a missing value is null here; where the definition allows none, null is out of range like any other
    return [
        nw.col(feature.name).is_between(feature.low, feature.high).fill_null(bool(feature.missing))
        for feature in schema.FEATURES
    ]
