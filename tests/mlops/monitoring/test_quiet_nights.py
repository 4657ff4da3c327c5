"""Thirty nights on which nothing changed, and a night of each planted change, at the size of a hospital's day.

Reference and nights are drawn from one pool: the golden rows' features, each night 400 patients in 4 units.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from mlops.models.monitoring import Metric
from mlops.monitoring import findings, profiles
from mlops.monitoring.findings import Finding
from mlops.monitoring.reference import Matrix, Profile, profile_of
from mlops.monitoring.severities import Bounds, Severity
from mlops.monitoring.window import Seen
from predictions.features import schema
from tests import small_model
from tests.mlops.monitoring.bounds import FIRST

NIGHTS, ROWS, UNITS = 30, 400, 4


@cache
def pool() -> tuple[Matrix, Profile]:
    matrix = np.ascontiguousarray(small_model.dataset(copies=4).training.matrix)
    random = np.random.default_rng(1)
    # every feature keeps its distribution, and each row is a patient of its own
    matrix = np.column_stack([random.choice(matrix[:, place], 60_000) for place in range(matrix.shape[1])])
    scores = small_model.model().probabilities(matrix[:20_000])
    return matrix, profile_of(matrix[:40_000], scores, described=profiles.watched(), threshold=float(np.quantile(scores, 0.8)))


def night_of(matrix: Matrix) -> list[Finding]:
    _matrix, profile = pool()
    scores = small_model.model().probabilities(matrix)
    found: list[Finding] = []
    for unit in (None, *range(1, UNITS + 1)):
        rows = slice(None) if unit is None else slice(unit - 1, None, UNITS)
        counts = [np.bincount(c.place(matrix[rows, n]), minlength=c.cells) for n, c in enumerate(profile.columns)]
        seen = Seen(tuple(counts), scores[rows])
        found += findings.of_scope(seen, profile, unit=unit, earlier_volumes=[len(scores[rows])] * 10)
    bounds = {metric: Bounds(*numbers) for metric, numbers in FIRST.items()}
    return findings.judged(found, bounds)[0]


def alarms(found: list[Finding]) -> set[tuple[Metric, str]]:
    return {(one.metric, one.feature) for one in found if one.severity is Severity.ALARM}


def drawn(seed: int) -> Matrix:
    matrix, _profile = pool()
    return matrix[40_000:][np.random.default_rng(seed).choice(20_000, ROWS, replace=False)].copy()


def test_thirty_nights_without_a_change_raise_one_alarm_at_most() -> None:
    assert sum(bool(alarms(night_of(drawn(100 + night)))) for night in range(NIGHTS)) <= 1


def at(name: str) -> int:
    return schema.names().index(name)


def older(matrix: Matrix) -> None:
    matrix[:, at("age_years")] = np.minimum(matrix[:, at("age_years")] + 20, 95)


def lab_gone(matrix: Matrix) -> None:
    matrix[:, at("a1c_level")] = np.nan


def recoded(matrix: Matrix) -> None:
    source = at("admission_source")
    matrix[:, source] = np.where(matrix[:, source] > 8, 9, matrix[:, source])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (older, (Metric.FEATURE_PSI, "age_years")),
        (lab_gone, (Metric.MISSING, "a1c_level")),
        (recoded, (Metric.FEATURE_PSI, "admission_source")),
    ],
)
def test_a_change_is_found_in_one_night(change: Callable[[Matrix], None], told: tuple[Metric, str]) -> None:
    matrix = drawn(7)
    change(matrix)
    assert told in alarms(night_of(matrix))


def test_a_unit_with_few_rows_says_too_few_and_is_not_judged() -> None:
    small = [one for one in night_of(drawn(9)[:40]) if one.metric is Metric.FEATURE_PSI and one.unit == 1]
    assert {str(one.state) for one in small} == {"too_few"}
    assert all(one.value is None for one in small)
