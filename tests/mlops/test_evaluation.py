from __future__ import annotations

import numpy as np
import pytest

from mlops.evaluation import (
    brier_skill,
    calibration_line,
    evaluate,
    expected_calibration_error,
    ppv_at_top,
    recall_at_top,
    with_interval,
)
from mlops.evaluation.ranking import auc_panel
from mlops.observed import bands_of, reliability_of

RANDOM = np.random.default_rng(7)
SCORES = RANDOM.beta(1.2, 8, size=6000)
READMITTED = RANDOM.random(6000) < SCORES
PATIENTS = np.arange(6000) // 2


def test_scores_that_are_the_true_risk_are_calibrated() -> None:
    slope, in_the_large = calibration_line(SCORES, READMITTED)
    assert slope == pytest.approx(1, abs=0.1)
    assert in_the_large == pytest.approx(0, abs=0.1)
    assert expected_calibration_error(SCORES, READMITTED) < 0.02


def test_doubled_risks_are_seen_to_be_too_high() -> None:
    _slope, in_the_large = calibration_line(2 * SCORES / (1 + SCORES), READMITTED)
    assert in_the_large < -0.4
    assert expected_calibration_error(2 * SCORES / (1 + SCORES), READMITTED) > 0.05


def test_the_same_score_for_everybody_has_no_skill() -> None:
    assert brier_skill(np.full(6000, READMITTED.mean()), READMITTED) == pytest.approx(0, abs=1e-12)


def test_the_top_fifth_is_counted_by_rows() -> None:
    scores = np.array([0.9, 0.8, 0.3, 0.2, 0.1, 0.05, 0.04, 0.03, 0.02, 0.01])
    readmitted = np.array([1, 0, 1, 0, 0, 0, 0, 0, 0, 0], dtype=bool)
    assert recall_at_top(scores, readmitted) == pytest.approx(0.5)
    assert ppv_at_top(scores, readmitted) == pytest.approx(0.5)


def test_an_interval_contains_its_figure_and_is_the_same_again() -> None:
    first, second = (with_interval(auc_panel, SCORES, READMITTED, PATIENTS, seed=3, draws=50)["auc"] for _ in range(2))
    assert first == second
    assert first.low is not None
    assert first.high is not None
    assert first.low < first.value < first.high


def test_patients_with_identical_stays_widen_the_interval() -> None:
    # each patient's stays are copies: four times the rows hold no more information
    copied = np.repeat(np.arange(1500), 4)
    scores, readmitted = SCORES[:1500][copied], READMITTED[:1500][copied]
    by_patient = with_interval(auc_panel, scores, readmitted, copied, seed=3, draws=200)["auc"]
    by_row = with_interval(auc_panel, scores, readmitted, np.arange(6000), seed=3, draws=200)["auc"]
    assert by_patient.high - by_patient.low > 1.5 * (by_row.high - by_row.low)  # type: ignore[operator]  # both were drawn


def test_every_figure_of_the_gate_is_there() -> None:
    metrics = evaluate(SCORES, READMITTED, PATIENTS, seed=0, draws=5)
    assert {"auc", "auprc", "brier_skill", "calibration_slope", "calibration_in_the_large", "recall_top_20", "ece"} <= set(
        metrics
    )
    assert all(np.isfinite(metric.value) for metric in metrics.values())


def test_bands_and_bins_count_every_held_out_row_once() -> None:
    assert sum(band.patients for band in bands_of(SCORES, READMITTED)) == 6000
    assert sum(part.readmitted for part in reliability_of(SCORES, READMITTED)) == READMITTED.sum()


def test_observed_rates_rise_from_band_to_band() -> None:
    rates = [band.observed_rate for band in bands_of(SCORES, READMITTED)]
    assert rates == sorted(rates)
