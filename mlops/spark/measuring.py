"""How the job grows with the data: the same patients once and ten times over, each copy under numbers of its own."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from clinical.earlier_stays import HISTORY
from mlops.spark.frames import features_of
from mlops.spark.running import run
from mlops.spark.tables import ArrowBridge
from mlops.store.lake import Lake
from mlops.store.raw_rows import encounter_table
from mlops.store.tables import ENCOUNTER_ID, RAW
from predictions.features.building import compute

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TIMES = (1, 10)


@dataclass(frozen=True)
class Scale:
    """Seconds at one size: the whole job by the bridge, Spark's arithmetic of its largest part, polars' of all."""

    times: int
    encounters: int
    job_seconds: float
    one_part_on_spark_seconds: float
    polars_seconds: float
    driver_peak_mib: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def measure(spark: SparkSession, raw: pl.DataFrame, *, times: tuple[int, ...] = TIMES) -> Iterator[Scale]:
    """Each size into a lake of its own, which is thrown away; told as soon as it is known."""
    run_once(spark, raw.head(1_000))  # the first job of a JVM compiles what the later ones only run
    for size in times:
        yield _at(spark, multiplied(raw, size), size)


def run_once(spark: SparkSession, raw: pl.DataFrame) -> float:
    with tempfile.TemporaryDirectory() as root:
        lake = Lake(root)
        lake.append(RAW, raw, note={})
        return _seconds(lambda: run(spark, ArrowBridge(spark, lake)))


def multiplied(raw: pl.DataFrame, times: int) -> pl.DataFrame:
    """Copies of all rows; neither a patient nor an encounter is in two of them."""
    numbered = (ENCOUNTER_ID, "patient_id", HISTORY)
    size = max(int(raw[name].max() or 0) for name in numbered) + 1  # type: ignore[arg-type]  # whole numbers
    copies = (raw.with_columns(pl.col(name) + copy * size for name in numbered) for copy in range(times))
    return pl.concat(list(copies))


def _at(spark: SparkSession, raw: pl.DataFrame, times: int) -> Scale:
    job_seconds = run_once(spark, raw)
    with tempfile.TemporaryDirectory() as root:
        lake = Lake(root)
        lake.append(RAW, raw, note={})
        part = next(ArrowBridge(spark, lake).parts(lake.version(RAW)))
    # "noop" computes every value and keeps none
    on_spark = _seconds(lambda: features_of(part).write.format("noop").mode("overwrite").save())
    by_polars = _seconds(lambda: compute(encounter_table(raw)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Scale(times, raw.height, job_seconds, on_spark, by_polars, peak)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
