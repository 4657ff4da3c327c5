"""One definition, three ways to compute it: the same numbers to the last bit, on polars in a batch, on polars one row at a
time, and on Spark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from clinical import earlier_stays
from clinical.cohort.generator import generate
from clinical.diabetes130.reader import read_frame, table_of
from clinical.diabetes130.source import find_dataset
from clinical.diabetes130.succession import in_order, with_earlier_stays
from mlops.spark.frames import matrix_of, refuse_an_engine_that_disagrees
from predictions.features.building import Matrix, compute
from predictions.features.schema import names

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def same(left: Matrix, right: Matrix) -> list[str]:
    """The names of the features that differ anywhere."""
    differs = ~((left == right) | (np.isnan(left) & np.isnan(right)))
    return [names()[column] for column in np.flatnonzero(differs.any(axis=0))]


def one_by_one(table: pl.DataFrame) -> Matrix:
    return np.vstack([compute(table[row : row + 1]) for row in range(table.height)])


@pytest.fixture(scope="module")
def synthetic() -> pl.DataFrame:
    return with_earlier_stays(table_of(generate(encounters=400, seed=11), sha256="").frame).drop("line", "readmission")


@pytest.fixture(scope="module")
def published() -> pl.DataFrame:
    path = find_dataset()
    if path is None:
        pytest.skip("the data set was not found")
    return read_frame(path).drop("readmission").sample(5_000, seed=5)


def test_spark_computes_the_golden_rows_as_polars_does(spark: SparkSession) -> None:
    refuse_an_engine_that_disagrees(spark)


def test_synthetic_rows_are_the_same_on_spark_in_a_batch_and_one_by_one(spark: SparkSession, synthetic: pl.DataFrame) -> None:
    batch = compute(synthetic)
    assert same(batch, matrix_of(spark, synthetic)) == []
    assert same(batch, one_by_one(synthetic)) == []


@pytest.mark.dataset
def test_published_rows_are_the_same_on_spark_in_a_batch_and_one_by_one(spark: SparkSession, published: pl.DataFrame) -> None:
    batch = compute(published)
    assert same(batch, matrix_of(spark, published)) == []
    assert same(batch, one_by_one(published)) == []


def test_what_a_row_tells_of_earlier_stays_is_the_same_on_spark(spark: SparkSession) -> None:
    stays = in_order(table_of(generate(encounters=400, seed=11), sha256="").frame).select(earlier_stays.STAY_COLUMNS)
    frame = earlier_stays.select(nw.from_native(spark.createDataFrame(stays.to_arrow())).lazy()).to_native()
    by_spark = pl.DataFrame(frame.toArrow()).sort("encounter_id")
    assert by_spark.equals(earlier_stays.of_stays(stays).sort("encounter_id"))
