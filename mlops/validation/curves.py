"""Points of the curves that a report draws, thin enough for a page."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mlops.evaluation import Outcomes, Vector
from mlops.evaluation.calibration import CALIBRATION_BINS, bins_of
from mlops.evaluation.draws import Multiplicities, Weights, quotient
from mlops.evaluation.metrics import measured
from mlops.evaluation.ranking import Ranking
from mlops.validation.result import CalibrationBin, Curves, Histogram

POINTS = 160
HISTOGRAM_BARS = 40
_SHOWN_SHARE = 0.999  # of the scores; the highest thousandth stands in the last bar


def curves_of(scores: Vector, readmitted: Outcomes) -> Curves:
    ranking = Ranking.of(scores)
    events, others = (counts[0] for counts in ranking.counts(np.ones((1, len(scores))), readmitted))
    hits, misses = events.cumsum(), others.cumsum()
    recall, false_alarms, precision = hits / hits[-1], misses / misses[-1], hits / (hits + misses)
    along = _evenly(np.append(0.0, false_alarms) + np.append(0.0, recall))
    roc = np.column_stack([np.append(0.0, false_alarms), np.append(0.0, recall)])[along]
    # the first few alarms alone make a precision that jumps from 0 to 1: drawn from half a per cent of those found
    shown = np.flatnonzero(recall >= min(0.005, recall[-1]))
    pairs = np.column_stack([recall, precision])[shown]
    return Curves(roc=_points(roc), precision_recall=_points(pairs[_evenly(pairs[:, 0])]))


def calibration_of(scores: Vector, readmitted: Outcomes, draws: Multiplicities) -> tuple[CalibrationBin, ...]:
    """Mean score and observed rate of ten bins with equally many rows."""
    place = bins_of(scores)
    inside = (place[:, None] == np.arange(CALIBRATION_BINS)).astype(np.float64)
    hits = inside * readmitted[:, None]

    def figures(weights: Weights) -> dict[str, Vector]:
        observed = quotient(weights @ hits, weights @ inside)
        return {str(number): observed[:, number] for number in range(CALIBRATION_BINS)}

    observed = measured(figures, draws)
    return tuple(
        CalibrationBin(int((place == number).sum()), float(scores[place == number].mean()), observed[str(number)])
        for number in range(CALIBRATION_BINS)
    )


def histogram_of(scores: Vector, readmitted: Outcomes) -> Histogram:
    edges = np.linspace(0.0, float(np.quantile(scores, _SHOWN_SHARE)), HISTOGRAM_BARS + 1)
    inside = np.minimum(scores, edges[-1])
    counts = (np.histogram(inside[side], bins=edges)[0] for side in (readmitted, ~readmitted))
    came_back, others = (tuple(int(number) for number in count) for count in counts)
    return Histogram(tuple(float(edge) for edge in edges), came_back, others)


def _evenly(along: Vector) -> npt.NDArray[np.intp]:
    """Some hundred places at equal steps of a growing quantity, the first and the last among them."""
    wanted = np.linspace(along[0], along[-1], POINTS)
    places = np.clip(np.searchsorted(along, wanted), 0, len(along) - 1)
    return np.unique(np.concatenate([[0], places, [len(along) - 1]]))


def _points(pairs: Vector) -> tuple[tuple[float, float], ...]:
    return tuple((round(float(across), 5), round(float(up), 5)) for across, up in pairs)
