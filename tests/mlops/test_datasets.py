from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from clinical.access import scope_of_the_system
from clinical.diabetes130.source import find_dataset
from clinical.models import CareUnit, Encounter, Outcome
from mlops import datasets
from mlops.errors import TooFewOutcomesError
from mlops.store import filling
from mlops.store.lake import Lake
from tests.factories import encounter_on

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(scope="module")
def published() -> datasets.Dataset:
    path = find_dataset()
    if path is None:
        pytest.skip("the data set was not found")
    return datasets.from_file(path, seed=42)


@pytest.mark.dataset
def test_protocol_c_splits_the_published_file_as_published(published: datasets.Dataset) -> None:
    sizes = [(len(part.readmitted), part.patients_count) for part in (published.training, published.held_out)]
    assert sizes == [(79_541, 55_992), (19_802, 13_998)]
    assert [round(float(part.readmitted.mean()), 4) for part in (published.training, published.held_out)] == [0.1144, 0.1119]


@pytest.mark.dataset
def test_protocol_s_splits_the_published_file_by_row() -> None:
    path = find_dataset()
    if path is None:
        pytest.skip("the data set was not found")
    dataset = datasets.from_file(path, protocol=datasets.Protocol.BY_ROW, seed=42)
    assert [len(part.readmitted) for part in (dataset.training, dataset.held_out)] == [81_412, 20_354]
    assert np.intersect1d(dataset.training.patients, dataset.held_out.patients).size == 7_001
    assert dataset.held_out.table["patient_id"].to_numpy().tolist() == dataset.held_out.patients.tolist()


@pytest.mark.dataset
def test_no_patient_is_on_both_sides(published: datasets.Dataset) -> None:
    assert not np.intersect1d(published.training.patients, published.held_out.patients).size


def test_only_matured_outcomes_are_learned_from(cardiology: CareUnit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "FEWEST_READMISSIONS", 1)
    made = [encounter_on(cardiology, inpatient_stays_prior_year=number) for number in range(12)]
    with scope_of_the_system():
        for number, encounter in enumerate(made):
            known = number < 10
            Outcome.objects.create(
                encounter=encounter,
                readmission=("within_30" if number % 2 else "none") if known else "",
                matures_at=NOW + timedelta(days=1 if number == 9 else -1),
                reported_at=NOW if known else None,
            )
    dataset = datasets.from_database(as_of=NOW, seed=1)
    assert len(dataset.training.readmitted) + len(dataset.held_out.readmitted) == 9
    assert int(dataset.training.readmitted.sum() + dataset.held_out.readmitted.sum()) == 4


def with_outcomes(unit: CareUnit, *, stays: int) -> None:
    """Stays that ended a day apart, each of another patient; every second one was followed by a readmission."""
    for number in range(stays):
        ended = NOW - timedelta(days=200 - number)
        encounter = encounter_on(unit, admitted_at=ended - timedelta(days=5), discharged_at=ended)
        with scope_of_the_system():
            readmission = "within_30" if number % 2 else "none"
            Outcome.objects.create(encounter=encounter, readmission=readmission, matures_at=NOW, reported_at=NOW)


def test_nothing_is_learned_from_that_ended_after_the_cut_in_time(
    cardiology: CareUnit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "FEWEST_READMISSIONS", 1)
    monkeypatch.setattr(datasets, "LEARNED_FROM_SHARE", 0.5)
    with_outcomes(cardiology, stays=80)
    dataset = datasets.from_database(as_of=NOW, protocol=datasets.Protocol.BY_PATIENT_AND_TIME, seed=3)
    assert dataset.cut is not None
    cut = datetime.fromisoformat(dataset.cut.at)
    with scope_of_the_system():
        ended = {encounter.pk: encounter.discharged_at for encounter in Encounter.objects.all()}
    assert all(ended[encounter] < cut for encounter in dataset.training.table["encounter_id"])
    is_later = [ended[encounter] >= cut for encounter in dataset.held_out.table["encounter_id"]]
    assert dataset.cut.later.tolist() == is_later
    assert any(is_later)
    assert len(dataset.training.readmitted) < 80 - len(is_later)
    assert dataset.as_json()["cut"] == {"by": "time of discharge", "at": dataset.cut.at, "later": sum(is_later)}


def test_the_patients_held_out_stay_the_same_ones_when_others_come(
    cardiology: CareUnit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "FEWEST_READMISSIONS", 1)
    by_time = datasets.Protocol.BY_PATIENT_AND_TIME
    with_outcomes(cardiology, stays=40)
    before = datasets.from_database(as_of=NOW, protocol=by_time, seed=3)
    with_outcomes(cardiology, stays=20)
    after = datasets.from_database(as_of=NOW, protocol=by_time, seed=3)
    assert set(before.held_out.patients) <= set(after.held_out.patients)
    assert not set(before.training.patients) & set(after.held_out.patients)
    assert not set(after.training.patients) & set(after.held_out.patients)
    other_seed = datasets.from_database(as_of=NOW, protocol=by_time, seed=4)
    assert set(other_seed.held_out.patients) != set(after.held_out.patients)


def test_the_lake_of_a_database_is_cut_where_the_database_is(
    cardiology: CareUnit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(datasets, "FEWEST_READMISSIONS", 1)
    with_outcomes(cardiology, stays=40)
    lake = Lake(str(tmp_path))
    filling.from_database(as_of=NOW, lake=lake)
    by_time = datasets.Protocol.BY_PATIENT_AND_TIME
    stored = datasets.from_lake(lake, protocol=by_time, seed=3)
    direct = datasets.from_database(as_of=NOW, protocol=by_time, seed=3)
    assert (stored.sha256, stored.cut and stored.cut.at) == (direct.sha256, direct.cut and direct.cut.at)
    assert stored.training.table["encounter_id"].to_list() == direct.training.table["encounter_id"].to_list()


@pytest.mark.dataset
def test_a_file_has_no_dates_and_the_cut_says_so() -> None:
    path = find_dataset()
    if path is None:
        pytest.skip("the data set was not found")
    dataset = datasets.from_file(path, protocol=datasets.Protocol.BY_PATIENT_AND_TIME, seed=42)
    assert dataset.cut is not None
    assert dataset.cut.as_json() == {"by": "order of the source, which has no dates", "at": "89409", "later": 1_939}
    assert [len(part.readmitted) for part in (dataset.training, dataset.held_out)] == [71_813, 19_535]
    assert dataset.composition["all"] == {"rows": 101_766, "patients": 71_518, "readmitted": 11_357}
    assert dataset.composition["provenance"] == "diabetes130"


@pytest.mark.django_db
def test_too_few_outcomes_are_said_to_be_too_few() -> None:
    with pytest.raises(TooFewOutcomesError):
        datasets.from_database(as_of=NOW, seed=1)
