"""A learner with all that goes with it: the whole of what turns a row of features into a probability and its parts.

What was read from the record goes, with what is derived from it, through an encoder (if there is one) into the wide
matrix that the learner reads; a line calibrates its log-odds; a spread (if there is one) puts an interval around each
score. Parts are told for every wide column.

Parts are additive on the probability scale. A learner adds up log-odds; what lies between the base probability and
the score is shared out among the features in proportion to their log-odds. The shares keep sign and order and add up
exactly; their limit is that one feature's points depend on the others, as they do wherever probabilities are added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from predictions.engines.base import Engine, Matrix, Vector
from predictions.errors import NoSpreadError
from predictions.features import schema
from predictions.features.derivation import derive

_NEARLY_NOTHING = 1e-6


class Encoder(Protocol):
    """Columns learned from outcomes and frozen. Reading one back is artefact.py's, which knows the class."""

    def apply(self, matrix: Matrix) -> Matrix:
        """The columns read from the record, those derived from them, and the encoded ones."""
        ...

    def to_json(self) -> bytes:
        """What was learned."""
        ...


class Spread(Protocol):
    """How far a score may be off. Reading one back is artefact.py's, which knows the class."""

    def intervals(self, wide: Matrix, probabilities: Vector) -> tuple[Vector, Vector]:
        """The low and the high end for each row of the wide matrix, on the probability scale."""
        ...

    def to_bytes(self) -> bytes:
        """What was learned, in a format that can only hold data."""
        ...


@dataclass(frozen=True)
class Calibration:
    """Platt's line on the log-odds, fitted on out-of-fold predictions."""

    slope: float = 1.0
    intercept: float = 0.0

    def __call__(self, log_odds: Vector) -> Vector:
        return self.slope * log_odds + self.intercept


@dataclass(frozen=True)
class Explained:
    """Scores with their parts: base_probability + parts.sum(axis=1) == probabilities. `wide` is what the parts belong to."""

    wide: Matrix
    base_probability: float
    probabilities: Vector
    parts: Matrix


@dataclass(frozen=True)
class Scored(Explained):
    """Explained scores, each with the ends of its 95 % interval."""

    low: Vector
    high: Vector


@dataclass(frozen=True)
class CalibratedModel:
    """What the champion holds. Everything that it is asked takes what was read from the record."""

    engine: Engine
    calibration: Calibration
    encoder: Encoder | None = None
    spread: Spread | None = None

    def probabilities(self, matrix: Matrix) -> Vector:
        return _probability(self.calibration(self.engine.log_odds(self.wide(matrix))))

    def explained(self, matrix: Matrix) -> Explained:
        return self._explained(self.wide(matrix))

    def scored(self, matrix: Matrix) -> Scored:
        """What is stored of a patient: only a model with a spread can tell it."""
        if self.spread is None:
            raise NoSpreadError
        wide = self.wide(matrix)
        explained = self._explained(wide)
        low, high = _around(explained.probabilities, *self.spread.intervals(wide, explained.probabilities))
        return Scored(**vars(explained), low=low, high=high)

    def intervals(self, matrix: Matrix, probabilities: Vector | None = None) -> tuple[Vector, Vector] | None:
        """The low and the high end for each row, with its score between them; None for a model that has no spread.

        Whoever has the scores already gives them, so that they are not made twice.
        """
        if self.spread is None:
            return None
        scores = self.probabilities(matrix) if probabilities is None else probabilities
        return _around(scores, *self.spread.intervals(self.wide(matrix), scores))

    def wide(self, matrix: Matrix) -> Matrix:
        """What the learner reads."""
        return derive(matrix) if self.encoder is None else self.encoder.apply(matrix)

    def _explained(self, wide: Matrix) -> Explained:
        contributions = self.engine.contributions(wide)
        base = self.calibration(contributions[0, -1])
        parts = self.calibration.slope * contributions[:, :-1]
        return _on_probability_scale(float(base), parts, wide=wide)


def _around(scores: Vector, low: Vector, high: Vector) -> tuple[Vector, Vector]:
    """Whatever a spread says, a score lies in its own interval."""
    return np.minimum(low, scores), np.maximum(high, scores)


def categories_with(encoder: Encoder | None) -> tuple[bool, ...]:
    """Which columns of the wide matrix hold codes without an order: never one that an encoder made."""
    plain = schema.categories()
    if encoder is None:
        return plain
    wide = int(encoder.apply(np.full((1, len(schema.names())), np.nan)).shape[1])
    return plain + (False,) * (wide - len(plain))


def _on_probability_scale(base_log_odds: float, parts: Matrix, *, wide: Matrix) -> Explained:
    parts = np.ascontiguousarray(parts)  # so that a row is added up in the same order alone and among others
    total = parts.sum(axis=1)
    base = float(_probability(np.array([base_log_odds]))[0])
    probabilities = _probability(base_log_odds + total)
    # where the parts cancel out the quotient is 0/0: its limit is the slope of the curve at the base
    nearly_nothing = np.abs(total) < _NEARLY_NOTHING
    rate = np.where(nearly_nothing, base * (1 - base), (probabilities - base) / np.where(nearly_nothing, 1.0, total))
    return Explained(wide=wide, base_probability=base, probabilities=probabilities, parts=parts * rate[:, None])


def _probability(log_odds: Vector) -> Vector:
    return np.asarray(1.0 / (1.0 + np.exp(-log_odds)))
