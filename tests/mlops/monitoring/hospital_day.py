"""A day's predictions in the database: as many encounters as a test needs, scored by the small model from rows of its pool."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np

from clinical.access import scope_of_the_system
from clinical.models import CareUnit, Encounter, Outcome, Patient
from mlops.monitoring import profiles
from predictions.features.building import Matrix, row_digests
from predictions.models import ModelVersion, Prediction
from tests import small_model
from tests.factories import EncounterFactory, PatientFactory

NIGHT = datetime(2026, 8, 10, tzinfo=UTC)


@cache
def rows() -> Matrix:
    """Golden rows with noise: every feature as often as there, and each row a patient of its own."""
    matrix = small_model.dataset(copies=4).training.matrix
    random = np.random.default_rng(1)
    return np.column_stack([random.choice(matrix[:, place], 12_000) for place in range(matrix.shape[1])])


def learned(version: ModelVersion) -> None:
    """What the version learned from: the pool, but for the rows that days are drawn from."""
    scores = small_model.model().probabilities(rows()[6_000:10_000])
    profiles.keep(version, rows()[:10_000], scores)


def a_day(
    version: ModelVersion, unit: CareUnit, *, patients: int = 300, at: datetime = NIGHT, seed: int = 0,
    changed: Callable[[Matrix], None] = lambda _matrix: None, discharged_after: timedelta = timedelta(hours=3),
) -> list[Encounter]:  # fmt: skip
    random = np.random.default_rng(seed)
    matrix = np.ascontiguousarray(rows()[10_000:][random.choice(2_000, patients, replace=False)])
    changed(matrix)
    scored = small_model.model().scored(matrix)
    with scope_of_the_system():
        people = Patient.objects.bulk_create(PatientFactory.build_batch(patients, home_unit=unit))
        moment = at + timedelta(hours=12)
        stays = Encounter.objects.bulk_create([
            EncounterFactory.build(
                patient=person, unit=unit, admitted_at=moment - timedelta(days=60), discharged_at=moment + discharged_after
            ) for person in people
        ])  # fmt: skip
        Prediction.objects.bulk_create([
            Prediction(
                encounter=stay, model_version=version, feature_schema_id=version.feature_schema_id, features_sha256=digest,
                feature_values=[None if np.isnan(value) else float(value) for value in wide], factors=[0.0],
                base_probability=0.1, risk_probability=float(score), risk_low=0.0, risk_high=1.0, band="low", as_of=moment,
                scored_at=moment,
            )
            for stay, digest, wide, score in zip(stays, row_digests(matrix), scored.wide, scored.probabilities, strict=True)
        ])  # fmt: skip
    return stays


def came_back(stays: list[Encounter], *, share: float = 0.3, seed: int = 0) -> None:
    """Outcomes as a hospital reports them: 30 days and a lag after discharge."""
    random = np.random.default_rng(seed)
    with scope_of_the_system():
        Outcome.objects.bulk_create([
            Outcome(
                encounter=stay, matures_at=stay.discharged_at + timedelta(days=37), reported_at=stay.discharged_at,
                readmission="within_30" if random.random() < share else "none",
            ) for stay in stays if stay.discharged_at
        ])  # fmt: skip
