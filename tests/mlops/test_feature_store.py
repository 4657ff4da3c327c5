from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from django.core.management import call_command
from pytest_django import Settings

from clinical.access import scope_of_the_system
from clinical.cohort import files
from clinical.cohort.generator import generate
from clinical.models import AuditEvent, CareUnit, Outcome
from mlops import datasets, recording
from mlops.errors import FeaturesMissingError, ForeignSchemaError, LakeVersionMissingError, MixedOriginsError
from mlops.store import filling
from mlops.store.exporting import export_predictions
from mlops.store.lake import Lake
from mlops.store.tables import FEATURES, PREDICTIONS, RAW
from predictions.features import schema
from predictions.models import ModelVersion
from tests import small_model
from tests.factories import encounter_on
from tests.predictions.scored import scored

ENCOUNTERS = 1_500
NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first rows of a cohort as one file, and all of them as another."""
    folder = tmp_path_factory.mktemp("cohort")
    raw = generate(encounters=2 * ENCOUNTERS, seed=3)
    files.write(files.as_bytes(raw.head(ENCOUNTERS)), folder / "first.csv")
    files.write(files.as_bytes(raw), folder / "all.csv")
    return folder


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path))


def test_a_training_run_is_repeated_from_the_version_it_read_although_newer_rows_have_come(lake: Lake, folder: Path) -> None:
    first = filling.from_file(folder / "first.csv", lake=lake)
    then = datasets.from_lake(lake, seed=1)
    second = filling.from_file(folder / "all.csv", lake=lake)
    assert (second.raw.inserted, second.features.inserted) == (ENCOUNTERS, ENCOUNTERS)
    named = {table["table"]: table for table in then.as_json()["tables"]}
    again = datasets.from_lake(lake, raw_version=named["raw"]["version"], seed=1)
    assert named["raw"]["version"] == first.raw.version
    assert again.as_json() == then.as_json()
    assert datasets.from_lake(lake, seed=1).sha256 != then.sha256


@pytest.mark.django_db
def test_a_recorded_model_names_the_tables_that_it_was_learned_from(lake: Lake, folder: Path) -> None:
    filling.from_file(folder / "first.csv", lake=lake)
    dataset = datasets.from_lake(lake, seed=1)
    scores = np.full(len(dataset.held_out.readmitted), 0.1)
    version = recording.record(model=small_model.model(), dataset=dataset, held_out_scores=scores, metrics={})
    version.refresh_from_db()
    assert version.training_data["source"] == "lake"
    assert [(table["table"], table["version"], len(table["sha256"])) for table in version.training_data["tables"]] == [
        ("raw", 1, 64), ("features", 1, 64),
    ]  # fmt: skip


def test_the_commands_say_which_versions_they_made(settings: Settings, lake: Lake, folder: Path, cardiology: CareUnit) -> None:
    settings.LAKE, said = lake.root, StringIO()
    call_command("store_features", source="file", dataset=folder / "first.csv", stdout=said)
    scored(encounter_on(cardiology))
    call_command("export_predictions", stdout=said)
    assert said.getvalue().splitlines() == [
        "raw: version 1, 1,500 rows new, 0 changed.",
        "features: version 1, 1,500 rows new, 0 changed.",
        f"Features by schema {schema.VERSION}, {schema.schema_hash()}.",
        "predictions: version 1, 1 rows new.",
    ]


def test_the_lake_gives_the_data_set_of_the_file_that_filled_it(lake: Lake, folder: Path) -> None:
    filling.from_file(folder / "first.csv", lake=lake)
    for protocol in datasets.Protocol:
        from_lake = datasets.from_lake(lake, protocol=protocol, seed=4)
        from_file = datasets.from_file(folder / "first.csv", protocol=protocol, seed=4)
        assert from_lake.sha256 == from_file.sha256
        assert from_lake.held_out.table.equals(from_file.held_out.table.select(from_lake.held_out.table.columns))


def test_storing_the_same_file_twice_changes_nothing(lake: Lake, folder: Path) -> None:
    first = filling.from_file(folder / "first.csv", lake=lake)
    again = filling.from_file(folder / "first.csv", lake=lake)
    assert (again.raw.version, again.features.version) == (first.raw.version, first.features.version)


def test_an_outcome_that_has_become_known_is_a_new_version(lake: Lake, folder: Path) -> None:
    filling.from_file(folder / "first.csv", lake=lake)
    rows = lake.read(RAW).collect()
    known = filling.fill(rows.with_columns(~pl.col("readmitted")), lake=lake)
    assert (known.raw.updated, known.features.updated) == (ENCOUNTERS, 0)
    assert datasets.from_lake(lake, seed=1).tables[0].version == known.raw.version


def test_features_of_another_definition_are_refused_by_name(lake: Lake, folder: Path) -> None:
    filling.from_file(folder / "first.csv", lake=lake)
    foreign = lake.read(FEATURES).with_columns(schema_hash=pl.lit("f" * 64), schema_version=pl.lit("0")).collect()
    other = Lake(f"{lake.root}/other")
    other.merge(RAW, lake.read(RAW).collect(), note={})
    other.merge(FEATURES, foreign, note={})
    with pytest.raises(ForeignSchemaError, match=r"features of schema 0 \(ffffffffffff\); this code reads schema"):
        datasets.from_lake(other, seed=1)


def test_a_raw_version_without_its_features_is_named(lake: Lake, folder: Path) -> None:
    filled = filling.from_file(folder / "first.csv", lake=lake)
    lake.merge(RAW, lake.read(RAW).collect().head(3).with_columns(payer_code=pl.lit("QQ")), note={})
    with pytest.raises(
        FeaturesMissingError, match=f"from version {filled.raw.version + 1} of the raw table. Run store_features"
    ):
        datasets.from_lake(lake, seed=1)


def test_a_version_that_a_vacuum_has_taken_is_refused_by_name(lake: Lake, folder: Path) -> None:
    first = filling.from_file(folder / "first.csv", lake=lake)
    filling.fill(lake.rows(RAW).with_columns(~pl.col("readmitted")), lake=lake)
    lake.opened(RAW).vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
    with pytest.raises(LakeVersionMissingError, match=f"version {first.raw.version} of the table raw cannot be read: a vacuum"):
        datasets.from_lake(lake, raw_version=first.raw.version, seed=1)
    assert datasets.from_lake(lake, seed=1).tables[0].version > first.raw.version


def test_a_file_and_a_database_never_share_a_lake(lake: Lake, folder: Path) -> None:
    filling.from_file(folder / "first.csv", lake=lake)
    of_a_hospital = lake.read(RAW).collect().with_columns(origin=pl.lit("hospital"))
    with pytest.raises(MixedOriginsError, match="number them differently"):
        filling.fill(of_a_hospital, lake=lake)


def test_the_databases_encounters_carry_their_outcome_once_it_has_matured(lake: Lake, cardiology: CareUnit) -> None:
    known, waiting, without = (encounter_on(cardiology) for _ in range(3))
    with scope_of_the_system():
        for encounter, matures_at in ((known, NOW), (waiting, NOW + timedelta(days=1))):
            Outcome.objects.create(encounter=encounter, readmission="within_30", matures_at=matures_at, reported_at=NOW)
    filling.from_database(as_of=NOW, lake=lake)
    rows = lake.read(RAW).select("encounter_id", "readmitted").collect()
    assert dict(rows.iter_rows()) == {known.pk: True, waiting.pk: None, without.pk: None}
    assert AuditEvent.objects.get(verb="encounters.exported").detail == {"encounters": 3}


def test_new_predictions_are_added_and_old_ones_are_not_added_again(lake: Lake, cardiology: CareUnit) -> None:
    first = scored(encounter_on(cardiology), risk=0.2)
    assert export_predictions(lake=lake).inserted == 1
    second = scored(encounter_on(cardiology), risk=0.3)
    assert export_predictions(lake=lake).inserted == 1
    rows = lake.read(PREDICTIONS).sort("risk_probability").collect().rows(named=True)
    assert [row["prediction_id"] for row in rows] == [str(first.public_id), str(second.public_id)]
    assert rows[0] == {
        "prediction_id": str(first.public_id), "encounter_id": first.encounter_id, "risk_probability": 0.2,
        "model_version": str(ModelVersion.objects.get().public_id), "scored_at": first.scored_at,
        "scored_on": first.scored_at.date(),
    }  # fmt: skip
    assert AuditEvent.objects.filter(verb="predictions.exported").count() == 2
