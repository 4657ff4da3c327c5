from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from clinical.cohort import files
from clinical.cohort.generator import generate
from config.environment import ROOT
from mlops import datasets
from mlops.errors import FeaturesMissingError
from mlops.spark.frames import features_of
from mlops.spark.measuring import multiplied
from mlops.spark.running import run
from mlops.spark.tables import ArrowBridge, merge_statement, note_statement
from mlops.store import filling
from mlops.store.lake import Lake
from mlops.store.tables import FEATURES, RAW

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

ENCOUNTERS = 1_500


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cohort") / "cohort.csv"
    files.write(files.as_bytes(generate(encounters=ENCOUNTERS, seed=8)), path)
    return path


@pytest.fixture(scope="module")
def filled(cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    lake = Lake(str(tmp_path_factory.mktemp("filled")))
    filling.from_file(cohort, lake=lake)
    return lake


def raw_alone(filled: Lake, root: Path) -> Lake:
    lake = Lake(str(root))
    lake.append(RAW, filled.read(RAW).collect(), note={})
    return lake


def test_the_job_fills_a_lake_part_by_part_from_which_the_same_data_set_is_read(
    spark: SparkSession, filled: Lake, tmp_path: Path
) -> None:
    lake = raw_alone(filled, tmp_path)
    run(spark, ArrowBridge(spark, lake, rows_at_once=800))
    assert lake.read(FEATURES).collect().height == ENCOUNTERS
    assert datasets.from_lake(lake, seed=1).sha256 == datasets.from_lake(filled, seed=1).sha256


def test_a_job_that_was_cut_short_is_learned_from_by_nobody(spark: SparkSession, filled: Lake, tmp_path: Path) -> None:
    class CutShort(ArrowBridge):
        def store(self, features: DataFrame) -> None:
            raise ConnectionError

    lake = raw_alone(filled, tmp_path)
    with pytest.raises(ConnectionError):
        run(spark, CutShort(spark, lake))
    with pytest.raises(FeaturesMissingError):
        datasets.from_lake(lake, seed=1)


def test_no_patient_is_in_two_parts(spark: SparkSession, filled: Lake) -> None:
    parts = ArrowBridge(spark, filled, rows_at_once=300).parts(filled.version(RAW))
    patients = [{row["patient_id"] for row in part.select("patient_id").collect()} for part in parts]
    assert len(patients) > 3
    assert sum(map(len, patients)) == len(set.union(*patients))


def test_an_encounter_that_no_model_may_read_has_no_features(spark: SparkSession, filled: Lake) -> None:
    raw = filled.read(RAW).collect().head(20)
    unreadable = raw.with_columns(
        length_of_stay_days=pl.when(pl.int_range(pl.len()) == 3).then(400).otherwise("length_of_stay_days")
    )
    assert features_of(spark.createDataFrame(unreadable.to_arrow())).count() == 19


@pytest.mark.parametrize(
    ("statement", "command"),
    [
        (merge_statement("s3://lake/features"), "MergeIntoTable"),
        (note_statement("s3://lake/features", raw_version=7), "SetTableProperties"),
    ],
)
def test_what_databricks_is_told_is_sql(spark: SparkSession, statement: str, command: str) -> None:
    plan = spark._jsparkSession.sessionState().sqlParser().parsePlan(statement)
    assert plan.nodeName() == command


def test_copies_of_patients_are_other_patients(filled: Lake) -> None:
    tenfold = multiplied(filled.read(RAW).collect(), 10)
    once = filled.read(RAW).collect()
    assert tenfold["encounter_id"].n_unique() == 10 * ENCOUNTERS
    assert tenfold["patient_id"].n_unique() == 10 * once["patient_id"].n_unique()


def test_the_bundle_runs_a_file_that_is_there_with_the_locked_versions_and_names_no_secret() -> None:
    folder = ROOT / "deploy" / "databricks"
    bundle = (folder / "job.yml").read_text() + (folder / "databricks.yml").read_text()
    (script,) = re.findall(r"python_file: (\S+)", bundle)
    assert (folder / script).resolve() == ROOT / "mlops" / "spark" / "job.py"
    assert not re.search(r"token|password|secret:|host:|dapi|AKIA", bundle, flags=re.IGNORECASE)
    locked = (ROOT / "requirements" / "run.lock").read_text()
    wanted = re.findall(r"^\w+==\S+", (folder / "requirements.txt").read_text(), flags=re.MULTILINE)
    assert wanted
    assert [pin for pin in wanted if f"\n{pin} \\" not in locked] == []


def test_the_job_stands_without_a_database_and_without_a_secret() -> None:
    program = (
        "from mlops.spark.job import stand_alone; stand_alone(); import mlops.spark.running, mlops.spark.tables, sys;"
        "print([name for name in ('psycopg', 'celery', 'redis') if name in sys.modules])"
    )
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=bare, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr
