"""One definition, three ways to compute it: the same numbers to the last bit, on polars in a batch, by plain Python one row
at a time, and on Spark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from clinical import earlier_stays
from clinical.cohort.generator import generate
from clinical.diabetes130.reader import read_table, table_of
from clinical.diabetes130.source import find_dataset
from clinical.diabetes130.succession import in_order
from clinical.encounter_table import with_places
from mlops.spark.frames import matrix_of, unchecked_features_of
from mlops.store.raw_rows import encounter_table, raw_rows
from mlops.store.tables import MOMENT
from predictions.features.building import Matrix, compute, compute_one, select
from predictions.features.golden import golden_matrix, golden_table
from predictions.features.schema import names

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def same(left: Matrix, right: Matrix) -> list[str]:
    """The names of the features that differ anywhere."""
    differs = ~((left == right) | (np.isnan(left) & np.isnan(right)))
    return [names()[column] for column in np.flatnonzero(differs.any(axis=0))]


def on_spark(spark: SparkSession, raw: pl.DataFrame) -> Matrix:
    return matrix_of(unchecked_features_of(spark.createDataFrame(raw.to_arrow())), raw)


def one_by_one(raw: pl.DataFrame) -> Matrix:
    """Each stay as it is scored: a row of plain values with the stays before it, and as if nobody else existed."""
    rows = []
    for _, stays in raw.with_row_index("place").sort("history", "stay_number").group_by("history", maintain_order=True):
        own = with_places(stays).to_dicts()
        looked_back_at = stays.select(earlier_stays.LOOKED_BACK_AT).rows()
        for last, stay in enumerate(own):
            before = earlier_stays.before_the_last_of(looked_back_at[: last + 1])
            rows.append((stay["place"], compute_one({**stay, **before})))
    return np.vstack([row for _place, row in sorted(rows, key=lambda pair: pair[0])])


def raw_of(frame: pl.DataFrame) -> pl.DataFrame:
    undated = pl.lit(None, dtype=MOMENT)
    known = in_order(frame).with_columns(readmitted=False, origin=pl.lit("file"), source_order=0, ended_at=undated)
    return raw_rows(known.with_columns(pl.col("source_order").cast(pl.Int64)))


@pytest.fixture(scope="module")
def synthetic() -> pl.DataFrame:
    return raw_of(table_of(generate(encounters=400, seed=11), sha256="").frame)


@pytest.fixture(scope="module")
def published() -> pl.DataFrame:
    """All stays of so many patients, drawn at random, that there are five thousand."""
    path = find_dataset()
    if path is None:
        pytest.skip("the data set was not found")
    frame = read_table(path).frame
    patients = frame.select(pl.col("patient_id").unique().shuffle(seed=5))
    drawn = patients.join(frame, on="patient_id", maintain_order="left").head(5_000)
    return raw_of(drawn)


def test_spark_computes_the_golden_rows_as_polars_does(spark: SparkSession) -> None:
    golden = golden_table()
    by_spark = select(nw.from_native(spark.createDataFrame(golden.to_arrow())).lazy(), keys=("encounter_id",))
    assert same(golden_matrix(), matrix_of(by_spark, golden)) == []


def test_synthetic_rows_are_the_same_on_spark_in_a_batch_and_one_by_one(spark: SparkSession, synthetic: pl.DataFrame) -> None:
    batch = compute(encounter_table(synthetic))
    assert same(batch, on_spark(spark, synthetic)) == []
    assert same(batch, one_by_one(synthetic)) == []


@pytest.mark.dataset
def test_published_rows_are_the_same_on_spark_in_a_batch_and_one_by_one(spark: SparkSession, published: pl.DataFrame) -> None:
    batch = compute(encounter_table(published))
    assert len(batch) == 5_000
    assert same(batch, on_spark(spark, published)) == []
    assert same(batch, one_by_one(published)) == []


def test_what_a_row_tells_of_earlier_stays_is_the_same_on_spark(spark: SparkSession, synthetic: pl.DataFrame) -> None:
    stays = synthetic.select(earlier_stays.STAY_COLUMNS)
    frame = earlier_stays.select(nw.from_native(spark.createDataFrame(stays.to_arrow())).lazy()).to_native()
    by_spark = pl.DataFrame(frame.toArrow()).sort("encounter_id")
    assert by_spark.equals(earlier_stays.of_stays(stays).sort("encounter_id"))
