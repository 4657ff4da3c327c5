"""Figures of scores as probabilities: their error, and whether what they promise is what happened."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mlops.evaluation.draws import Outcomes, Panel, Vector, Weights, as_they_are, once, quotient

CALIBRATION_BINS = 10
_NEARLY_CERTAIN = 1e-12
_MOST_STEPS = 50
_CLOSE_ENOUGH = 1e-7


def calibration_panel(scores: Vector, readmitted: Outcomes) -> Panel:
    """Brier score and skill, log loss, expected calibration error, slope, and calibration in the large.

    The bins of the calibration error are those of the rows themselves in every draw.
    """
    outcome = readmitted.astype(np.float64)
    log_odds = _log_odds(scores)
    lost = np.column_stack([(scores - outcome) ** 2, _surprise(scores, outcome), outcome, scores])
    distances = _by_bin(scores, CALIBRATION_BINS) * (scores - outcome)[:, None]
    whole = once(len(scores))
    begin_large = _in_the_large(whole, log_odds, outcome, np.zeros(1))[0]
    begin_line = _line(whole, log_odds, outcome, np.array([[begin_large, 1.0]]))[0]

    def figures(weights: Weights) -> dict[str, Vector]:
        rows, draws = weights.sum(axis=1), len(weights)
        brier, log_loss, rate, mean_score = (weights @ lost / rows[:, None]).T
        return {
            "brier": brier,
            "brier_skill": 1 - quotient(brier, rate * (1 - rate)),
            "log_loss": log_loss,
            "ece": np.abs(weights @ distances).sum(axis=1) / rows,
            "calibration_slope": _line(weights, log_odds, outcome, np.tile(begin_line, (draws, 1)))[:, 1],
            "calibration_in_the_large": _in_the_large(weights, log_odds, outcome, np.full(draws, begin_large)),
            "rate": rate,
            "mean_score": mean_score,
        }

    return figures


def brier_skill(scores: Vector, readmitted: Outcomes) -> float:
    """How much of the error of "everybody has the average risk" is gone."""
    rate = readmitted.mean()
    return float(1 - np.mean((scores - readmitted) ** 2) / (rate * (1 - rate)))


def expected_calibration_error(scores: Vector, readmitted: Outcomes) -> float:
    """Mean distance of score and observed rate over ten bins with equally many rows."""
    return float(np.abs((scores - readmitted) @ _by_bin(scores, CALIBRATION_BINS)).sum() / len(scores))


def calibration_line(scores: Vector, readmitted: Outcomes) -> tuple[float, float]:
    """Slope of the outcome on the log-odds (1 is right), and what has to be added to the log-odds as they are (0 is right)."""
    found = as_they_are(calibration_panel(scores, readmitted), rows=len(scores))
    return found["calibration_slope"], found["calibration_in_the_large"]


def bins_of(scores: Vector, bins: int = CALIBRATION_BINS) -> npt.NDArray[np.intp]:
    """Which bin each row falls into; equally many rows in each, lowest scores first."""
    place = np.empty(len(scores), dtype=np.intp)
    for number, rows in enumerate(np.array_split(np.argsort(scores, kind="stable"), bins)):
        place[rows] = number
    return place


def _by_bin(scores: Vector, bins: int) -> Weights:
    return np.asarray(bins_of(scores, bins)[:, None] == np.arange(bins), dtype=np.float64)


def _log_odds(scores: Vector) -> Vector:
    inside = np.clip(scores, _NEARLY_CERTAIN, 1 - _NEARLY_CERTAIN)
    return np.asarray(np.log(inside / (1 - inside)))


def _surprise(scores: Vector, outcome: Vector) -> Vector:
    inside = np.clip(scores, _NEARLY_CERTAIN, 1 - _NEARLY_CERTAIN)
    return np.asarray(-np.where(outcome == 1, np.log(inside), np.log1p(-inside)))


def _in_the_large(weights: Weights, log_odds: Vector, outcome: Vector, begin: Vector) -> Vector:
    """The intercept of a logistic regression whose slope is fixed at one, by Newton's steps for all draws at once."""
    intercept = begin.copy()
    events = weights @ outcome
    for _ in range(_MOST_STEPS):
        expected = _expected(log_odds + intercept[:, None])
        step = quotient(events - (weights * expected).sum(axis=1), (weights * expected * (1 - expected)).sum(axis=1))
        intercept += step
        if not np.any(np.abs(step) > _CLOSE_ENOUGH):
            break
    return intercept


def _line(weights: Weights, log_odds: Vector, outcome: Vector, begin: Weights) -> Weights:
    """Intercept and slope of the outcome on the log-odds, the same way."""
    line = begin.copy()
    powers = np.column_stack([np.ones_like(log_odds), log_odds, log_odds**2])
    for _ in range(_MOST_STEPS):
        expected = _expected(line[:, :1] + line[:, 1:] * log_odds)
        slope = (weights * (outcome - expected)) @ powers[:, :2]
        curve = (weights * expected * (1 - expected)) @ powers
        determinant = curve[:, 0] * curve[:, 2] - curve[:, 1] ** 2
        step = np.column_stack(
            [
                quotient(curve[:, 2] * slope[:, 0] - curve[:, 1] * slope[:, 1], determinant),
                quotient(curve[:, 0] * slope[:, 1] - curve[:, 1] * slope[:, 0], determinant),
            ]
        )
        line += step
        if not np.any(np.abs(step) > _CLOSE_ENOUGH):
            break
    return line


def _expected(log_odds: Weights) -> Weights:
    return np.asarray(1.0 / (1.0 + np.exp(-log_odds)))
