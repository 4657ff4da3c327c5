from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mlops.monitoring import statistics
from mlops.monitoring.reference import profile_of
from mlops.monitoring.severities import Bounds, Severity, severity_of
from mlops.monitoring.statistics import Estimate

BOUNDS = Bounds(0.1, 0.2, 0.25, 100)


def test_the_same_distribution_is_at_no_distance() -> None:
    counts = np.array([100, 200, 300])
    assert statistics.psi(counts, 10 * counts) == statistics.Distance(0.0, 1.0)
    assert statistics.ks(counts, 10 * counts).value == 0


def test_stability_index_by_hand() -> None:
    found = statistics.psi(np.array([500, 500]), np.array([800, 200]))
    assert found.value == pytest.approx((0.5 - 0.8) * np.log(0.5 / 0.8) + (0.5 - 0.2) * np.log(0.5 / 0.2))
    assert found.chance < 1e-12


def test_ks_agrees_with_scipys_on_the_rows_themselves() -> None:
    random = np.random.default_rng(11)
    reference, seen = random.poisson(6, 4000), random.poisson(6.4, 500)
    cells = np.arange(31)
    counted = [np.array([(rows == cell).sum() for cell in cells]) for rows in (seen, reference)]
    expected = stats.ks_2samp(seen, reference, method="asymp")
    assert statistics.ks(*counted).value == pytest.approx(expected.statistic)


def test_without_a_change_the_chance_is_uniform_and_the_index_about_chi_square() -> None:
    random = np.random.default_rng(12)
    shares, n, m = np.full(10, 0.1), 1000, 100_000
    drawn = [statistics.psi(random.multinomial(n, shares), random.multinomial(m, shares)) for _ in range(2000)]
    assert np.mean([found.chance <= 0.05 for found in drawn]) == pytest.approx(0.05, abs=0.015)
    scaled = np.array([found.value for found in drawn]) / (1 / n + 1 / m)
    assert np.mean(scaled) == pytest.approx(9, rel=0.05)


def test_a_severity_needs_its_bound_and_evidence_beyond_chance() -> None:
    assert severity_of(0.3, 1e-9, BOUNDS, comparisons=1000) is Severity.ALARM
    assert severity_of(0.3, 1e-5, BOUNDS, comparisons=1000) is Severity.WARNING
    assert severity_of(0.3, 1e-2, BOUNDS, comparisons=1000) is Severity.NONE
    assert severity_of(0.05, 0.0, BOUNDS, comparisons=1) is Severity.NONE


def test_scores_promise_the_area_and_the_error_that_outcomes_then_show() -> None:
    random = np.random.default_rng(13)
    log_odds = random.normal(-2.2, 0.9, 3000)
    promised = statistics.expected_auc(1 / (1 + np.exp(-log_odds)))
    shown = []
    for _ in range(300):
        scores = 1 / (1 + np.exp(-random.normal(-2.2, 0.9, 3000)))
        shown.append(statistics.auc(scores, random.random(3000) < scores).value)
    assert promised.value == pytest.approx(np.mean(shown), abs=0.008)
    assert promised.error == pytest.approx(np.std(shown), rel=0.15)


def test_scores_promise_precision_and_recall_too() -> None:
    random = np.random.default_rng(14)
    scores = random.beta(1.2, 8, 4000)
    precision, recall = statistics.expected_precision(scores, 0.2), statistics.expected_recall(scores, 0.2)
    readmitted = random.random((400, 4000)) < scores
    flagged = scores >= 0.2
    assert precision.value == pytest.approx(readmitted[:, flagged].mean(), abs=0.01)
    assert recall.value == pytest.approx((readmitted[:, flagged].sum(axis=1) / readmitted.sum(axis=1)).mean(), abs=0.01)
    assert precision.error > 0
    assert recall.error > 0


def test_the_area_is_scikit_learns() -> None:
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415  only here

    random = np.random.default_rng(15)
    scores, readmitted = random.random(500).round(2), random.random(500) < 0.2
    assert statistics.auc(scores, readmitted).value == pytest.approx(roc_auc_score(readmitted, scores))


def test_the_reference_alarm_counts_what_eightfold_odds_put_above_its_cut() -> None:
    assert statistics.reference_share(np.array([0.15, 0.157, 0.158, 0.9])) == 0.5


def test_a_better_estimate_is_no_loss() -> None:
    assert statistics.estimate(Estimate(0.72, 0.01), Estimate(0.69, 0.01)).value == 0


def test_an_interval_of_a_share_holds_it_as_often_as_it_says() -> None:
    random = np.random.default_rng(16)
    held = [low <= 0.1 <= high for low, high in (statistics.wilson(k, 200) for k in random.binomial(200, 0.1, 3000).tolist())]
    assert np.mean(held) == pytest.approx(0.95, abs=0.02)


def test_a_code_that_training_never_saw_falls_into_a_cell_of_its_own() -> None:
    column = profile_of(
        np.array([[1.0], [2.0], [4.0], [4.0], [np.nan]]), np.array([0.1, 0.2]),
        described=[{"name": "code", "label": "Code", "kind": "category"}], threshold=0.2,
    ).columns[0]  # fmt: skip
    assert column.counted().tolist() == [1, 1, 2, 0, 1]
    assert column.place(np.array([3.0, 9.0, np.nan, 4.0])).tolist() == [3, 3, 4, 2]
