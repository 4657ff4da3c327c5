"""The weighted figures against scikit-learn, which knows weights too but sorts anew for every draw."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    f1_score,
    log_loss,
    precision_score,
    recall_score,
    roc_auc_score,
)

from mlops.evaluation.calibration import calibration_panel
from mlops.evaluation.decision import net_benefit_panel, threshold_of_best_f1, threshold_of_share, threshold_panel
from mlops.evaluation.draws import over, patient_draws
from mlops.evaluation.ranking import ranking_panel

ROWS = 1500
RANDOM = np.random.default_rng(11)
SCORES = RANDOM.beta(1.2, 6, size=ROWS)
TIED = np.round(SCORES, 1)
READMITTED = RANDOM.random(ROWS) < SCORES
PATIENTS = np.sort(RANDOM.integers(900, size=ROWS)).astype(np.int64)
DRAWS = patient_draws(PATIENTS, seed=5, draws=7)


@pytest.mark.parametrize("scores", [SCORES, TIED], ids=["all different", "with ties"])
def test_auc_and_auprc_of_every_draw_are_scikit_learns(scores: np.ndarray) -> None:
    ours = over(DRAWS, ranking_panel(scores, READMITTED))
    assert ours["auc"] == pytest.approx([roc_auc_score(READMITTED, scores, sample_weight=draw) for draw in DRAWS])
    assert ours["auprc"] == pytest.approx([average_precision_score(READMITTED, scores, sample_weight=draw) for draw in DRAWS])


def test_errors_of_every_draw_are_scikit_learns() -> None:
    ours = over(DRAWS, calibration_panel(SCORES, READMITTED))
    assert ours["brier"] == pytest.approx([brier_score_loss(READMITTED, SCORES, sample_weight=draw) for draw in DRAWS])
    assert ours["log_loss"] == pytest.approx([log_loss(READMITTED, SCORES, sample_weight=draw) for draw in DRAWS])


def test_the_calibration_line_of_every_draw_is_a_logistic_regressions() -> None:
    log_odds = np.log(SCORES / (1 - SCORES))[:, None]
    lines = [LogisticRegression(C=np.inf, tol=1e-9).fit(log_odds, READMITTED, sample_weight=draw) for draw in DRAWS]
    ours = over(DRAWS, calibration_panel(SCORES, READMITTED))
    assert ours["calibration_slope"] == pytest.approx([line.coef_[0, 0] for line in lines], abs=1e-4)


def test_odds_that_are_eight_times_too_high_are_off_by_the_logarithm_of_eight() -> None:
    eightfold = 8 * SCORES / (1 + 7 * SCORES)
    right, wrong = (over(DRAWS, calibration_panel(scores, READMITTED)) for scores in (SCORES, eightfold))
    assert wrong["calibration_in_the_large"] == pytest.approx(right["calibration_in_the_large"] - np.log(8), abs=1e-6)
    assert wrong["calibration_slope"] == pytest.approx(right["calibration_slope"], abs=1e-6)


def test_a_threshold_finds_what_scikit_learn_says_it_finds() -> None:
    ours = over(DRAWS, threshold_panel(SCORES, READMITTED, 0.25))
    flagged = SCORES >= 0.25
    for name, figure in (("precision", precision_score), ("recall", recall_score), ("f1", f1_score)):
        assert ours[name] == pytest.approx([figure(READMITTED, flagged, sample_weight=draw) for draw in DRAWS])


def test_a_draw_is_counted_as_its_rows_repeated() -> None:
    drawn = np.repeat(np.arange(ROWS), DRAWS[2])
    weighted = over(DRAWS[2:3], ranking_panel(SCORES, READMITTED))
    repeated = over(np.ones((1, len(drawn)), dtype=np.uint8), ranking_panel(SCORES[drawn], READMITTED[drawn]))
    assert {name: value[0] for name, value in weighted.items()} == pytest.approx({n: v[0] for n, v in repeated.items()})


def test_all_rows_of_a_patient_are_drawn_together() -> None:
    for patient in np.unique(PATIENTS)[:50]:
        assert np.all(DRAWS[:, patient == PATIENTS] == DRAWS[:, patient == PATIENTS][:, :1])
    assert len(DRAWS) == 7


def test_among_equals_the_top_share_takes_what_lots_would_take() -> None:
    scores, readmitted = np.array([0.5] * 10), np.array([True] * 4 + [False] * 6)
    found = over(np.ones((1, 10), dtype=np.uint8), ranking_panel(scores, readmitted))
    assert found["recall_top_20"][0] == pytest.approx(0.2)
    assert found["ppv_top_20"][0] == pytest.approx(0.4)


def test_net_benefit_is_what_the_exchange_rate_says() -> None:
    scores, readmitted = np.array([0.9, 0.6, 0.3, 0.1]), np.array([True, False, True, False])
    found = over(np.ones((1, 4), dtype=np.uint8), net_benefit_panel(scores, readmitted, (0.2,)))
    assert found["model_0.20"][0] == pytest.approx(2 / 4 - 1 / 4 * 0.25)
    assert found["everybody_0.20"][0] == pytest.approx(0.5 - 0.5 * 0.25)


def test_no_other_threshold_has_a_higher_f1_than_the_chosen_one() -> None:
    best = f1_score(READMITTED, threshold_of_best_f1(SCORES, READMITTED) <= SCORES)
    assert best >= max(f1_score(READMITTED, threshold <= SCORES) for threshold in np.quantile(SCORES, np.linspace(0, 0.99, 60)))


def test_a_threshold_of_a_share_flags_that_share() -> None:
    assert (threshold_of_share(SCORES, 0.2) <= SCORES).mean() == pytest.approx(0.2, abs=0.001)
