"""A learner with its calibration: the whole of what turns a row of features into a probability and its parts.

Parts are additive on the probability scale. A learner adds up log-odds; what lies between the base probability and
the score is shared out among the features in proportion to their log-odds. The shares keep sign and order and add up
exactly; their limit is that one feature's points depend on the others, as they do wherever probabilities are added.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from predictions.engines.base import Engine, Matrix, Vector

_NEARLY_NOTHING = 1e-6


@dataclass(frozen=True)
class Calibration:
    """Platt's line on the log-odds, fitted on out-of-fold predictions."""

    slope: float = 1.0
    intercept: float = 0.0

    def __call__(self, log_odds: Vector) -> Vector:
        return self.slope * log_odds + self.intercept


@dataclass(frozen=True)
class Explained:
    """Scores with their parts: base_probability + parts.sum(axis=1) == probabilities."""

    base_probability: float
    probabilities: Vector
    parts: Matrix


@dataclass(frozen=True)
class CalibratedModel:
    """What the champion holds."""

    engine: Engine
    calibration: Calibration

    def probabilities(self, matrix: Matrix) -> Vector:
        return _probability(self.calibration(self.engine.log_odds(matrix)))

    def explained(self, matrix: Matrix) -> Explained:
        contributions = self.engine.contributions(matrix)
        base = self.calibration(contributions[0, -1])
        parts = self.calibration.slope * contributions[:, :-1]
        return _on_probability_scale(float(base), parts)


def _on_probability_scale(base_log_odds: float, parts: Matrix) -> Explained:
    parts = np.ascontiguousarray(parts)  # so that a row is added up in the same order alone and among others
    total = parts.sum(axis=1)
    base = float(_probability(np.array([base_log_odds]))[0])
    probabilities = _probability(base_log_odds + total)
    # where the parts cancel out the quotient is 0/0: its limit is the slope of the curve at the base
    nearly_nothing = np.abs(total) < _NEARLY_NOTHING
    rate = np.where(nearly_nothing, base * (1 - base), (probabilities - base) / np.where(nearly_nothing, 1.0, total))
    return Explained(base_probability=base, probabilities=probabilities, parts=parts * rate[:, None])


def _probability(log_odds: Vector) -> Vector:
    return np.asarray(1.0 / (1.0 + np.exp(-log_odds)))
