from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from clinical.access import scope_of_the_system
from clinical.diabetes130.source import find_dataset
from clinical.models import CareUnit, Outcome
from mlops import datasets
from mlops.errors import TooFewOutcomesError
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


@pytest.mark.django_db
def test_too_few_outcomes_are_said_to_be_too_few() -> None:
    with pytest.raises(TooFewOutcomesError):
        datasets.from_database(as_of=NOW, seed=1)
