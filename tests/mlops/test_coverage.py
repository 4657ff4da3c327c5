from __future__ import annotations

import json

import numpy as np
import pytest

from mlops.evaluation import Outcomes, Patients, Vector
from mlops.validation.coverage import Coverage, KnownCoverage, coverage_of, known_coverage_of

ROWS = 12_000
MISS = 0.15  # log-odds: the standard error of the scores that a test makes up


def chance(log_odds: Vector) -> Vector:
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def held_out(*, shared: float = 0.0, seed: int = 1) -> tuple[Vector, Outcomes, Patients]:
    """Log-odds of scores that miss by `shared` all alike, what became of the patients, and who they are."""
    random = np.random.default_rng(seed)
    true = random.normal(-2, 0.6, ROWS)
    return true + shared, random.random(ROWS) < chance(true), np.arange(ROWS) // 2


def checked(*, half: float, shared: float = 0.0, seed: int = 1) -> Coverage:
    log_odds, readmitted, patients = held_out(shared=shared, seed=seed)
    return coverage_of(chance(log_odds), chance(log_odds - half), chance(log_odds + half), readmitted, patients, seed=0)


def known(*, half: float) -> KnownCoverage:
    true = np.random.default_rng(2).normal(-2, 0.6, ROWS)
    log_odds = true + np.random.default_rng(3).normal(0, MISS, ROWS)
    return known_coverage_of(chance(true), chance(log_odds), chance(log_odds - half), chance(log_odds + half))


@pytest.mark.parametrize("seed", range(5))
def test_right_intervals_pass_on_held_out_patients(seed: int) -> None:
    coverage = checked(half=1.96 * MISS, shared=1.5 * MISS, seed=seed)
    assert coverage.passed
    assert coverage.inside_with_chance >= 16


def test_intervals_made_too_narrow_for_a_shared_miss_are_refuted() -> None:
    coverage = checked(half=1.96 * MISS / 10, shared=1.5 * MISS)
    assert not coverage.passed
    assert coverage.likelihood < 0.001


def test_chance_alone_refutes_nobody() -> None:
    """Scores without a miss: narrow intervals are right, although few of them hold an observed rate as it is."""
    coverage = checked(half=0.01)
    assert coverage.passed
    assert coverage.inside < coverage.inside_with_chance


def test_a_group_says_how_many_it_is_and_chance_is_never_less_than_that_of_single_rows() -> None:
    coverage = checked(half=0.3)
    assert sum(group.rows for group in coverage.groups) == ROWS
    for group in coverage.groups:
        least = np.sqrt(group.mean_score * (1 - group.mean_score) / group.rows)
        assert group.chance_error > 0.95 * least
        assert group.mean_low < group.mean_score < group.mean_high


def test_patients_with_many_alike_stays_leave_more_to_chance() -> None:
    log_odds, readmitted, _ = held_out()
    scores, low, high = (chance(log_odds + shift) for shift in (0, -0.3, 0.3))
    order = np.lexsort((readmitted, np.round(scores, 2)))  # stays with the same end next to each other
    together = np.empty(ROWS, dtype=np.int64)
    together[order] = np.arange(ROWS) // 20
    alone, crowded = (coverage_of(scores, low, high, readmitted, patients, seed=0) for patients in (np.arange(ROWS), together))
    assert crowded.groups[5].chance_error > 2 * alone.groups[5].chance_error


def test_coverage_is_written_with_its_verdict_and_is_the_same_again() -> None:
    written = json.loads(json.dumps(checked(half=0.3).as_json()))
    assert written == checked(half=0.3).as_json()
    assert (written["of"], written["passed"], len(written["groups"])) == (20, True, 20)


def test_right_intervals_hold_ninety_five_of_a_hundred_known_chances() -> None:
    coverage = known(half=1.96 * MISS)
    assert coverage.inside == pytest.approx(0.95, abs=0.01)
    assert min(coverage.by_score) > 0.9


def test_intervals_made_too_narrow_do_not_hold_known_chances() -> None:
    assert known(half=1.96 * MISS / 3).inside < 0.6
