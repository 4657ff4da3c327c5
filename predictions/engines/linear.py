"""Logistic regression: the baseline that anything more complicated has to beat. Fitted by scikit-learn, served by numpy.

Numbers are standardised, a missing one counts as the mean and has a weight of its own; codes get a weight a level. So a
score is a sum of one part for each column, and the part is the distance from that column's mean in the training rows:
Shapley values of a linear model whose columns are taken to be independent (Lundberg and Lee 2017), exact and without cost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from predictions.engines.base import Labels, Matrix, Vector, marked, settings_from, unmarked
from predictions.engines.columns import Columns
from predictions.errors import ArtefactRefusedError

if TYPE_CHECKING:
    from scipy import sparse


@dataclass(frozen=True)
class LinearParameters:
    """`strength` is the weight of the data against the penalty on large weights (scikit-learn's C)."""

    strength: float = 0.005
    fewest_rows: int = 100
    iterations: int = 300


@dataclass(frozen=True)
class _Weights:
    """One weight a number, one for its absence, one a level; each already centred, so that a column's mean part is nought."""

    base: float
    known: Vector  # of each number
    offset: Vector  # minus the mean part of each number
    missing: Vector  # of each number
    levels: tuple[Vector, ...]


@dataclass
class LinearModel:
    """The baseline."""

    name: ClassVar[str] = "linear"
    settings: LinearParameters = field(default_factory=LinearParameters)

    def fit(self, matrix: Matrix, labels: Labels, *, categories: tuple[bool, ...], seed: int) -> Self:
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  serving needs numpy alone

        self._columns = Columns.of(matrix, categories=categories, fewest_rows=self.settings.fewest_rows)
        design = _design(self._columns, matrix)
        learner = LogisticRegression(C=self.settings.strength, max_iter=self.settings.iterations, tol=1e-4, random_state=seed)
        learner.fit(design, labels)
        mean = np.asarray(design.mean(axis=0)).ravel()
        self._weights = _centred(self._columns, learner.coef_[0], float(learner.intercept_[0]), mean)
        return self

    def log_odds(self, matrix: Matrix) -> Vector:
        return np.asarray(self.contributions(matrix).sum(axis=1))

    def contributions(self, matrix: Matrix) -> Matrix:
        columns, weights = self._columns, self._weights
        parts = np.zeros((len(matrix), columns.count + 1))
        numbers = columns.standardised(matrix)
        parts[:, columns.numbers] = np.where(np.isnan(numbers), weights.missing, numbers * weights.known + weights.offset)
        for levels, weight in zip(columns.levels, weights.levels, strict=True):
            parts[:, levels.column] += weight[levels.places(matrix)]
        parts[:, -1] = weights.base
        return parts

    def to_bytes(self) -> bytes:
        weights = self._weights
        state = {
            "columns": self._columns.as_json(),
            "base": weights.base,
            **{name: getattr(weights, name).tolist() for name in ("known", "offset", "missing")},
            "levels": [weight.tolist() for weight in weights.levels],
        }
        return marked(self.name, json.dumps(state).encode())

    @classmethod
    def from_bytes(cls, data: bytes, *, categories: tuple[bool, ...]) -> Self:
        engine = cls()
        try:
            state = json.loads(unmarked(cls.name, data))
            engine._columns = Columns.from_json(state["columns"], count=len(categories))
            engine._weights = _weights_of(state)
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            msg = "The model's weights cannot be read."
            raise ArtefactRefusedError(msg) from error
        if not _belong_together(engine._columns, engine._weights):
            msg = "The model's weights are not those of its columns."
            raise ArtefactRefusedError(msg)
        return engine

    @classmethod
    def with_parameters(cls, given: Mapping[str, object]) -> Self:
        return cls(settings_from(LinearParameters, given))

    @property
    def parameters(self) -> dict[str, float | int | str]:
        return asdict(self.settings)


def _design(columns: Columns, matrix: Matrix) -> sparse.csr_array:
    """What scikit-learn is given: numbers, their absences, then a column for each level."""
    from scipy import sparse  # noqa: PLC0415  as above

    numbers = columns.standardised(matrix)
    missing = np.isnan(numbers)
    rows = np.arange(len(matrix))
    blocks = [sparse.csr_array(np.where(missing, 0.0, numbers)), sparse.csr_array(missing.astype(np.float64))]
    for levels in columns.levels:
        shape = (len(matrix), levels.size)
        blocks.append(sparse.csr_array((np.ones(len(matrix)), (rows, levels.places(matrix))), shape=shape))
    return sparse.csr_array(sparse.hstack(blocks, format="csr"))


def _centred(columns: Columns, weight: Vector, intercept: float, mean: Vector) -> _Weights:
    """Weights in the order of `_design`, with the mean part of every column moved to the base."""
    count = len(columns.numbers)
    ends = np.cumsum([0, count, count, *(levels.size for levels in columns.levels)])
    (known, missing, *levels), (known_mean, missing_mean, *level_means) = (
        [values[start:end] for start, end in pairwise(ends)] for values in (weight, mean)
    )
    offset = -(known * known_mean + missing * missing_mean)
    return _Weights(
        base=intercept + float(weight @ mean),
        known=known,
        offset=offset,
        missing=missing + offset,
        levels=tuple(own - float(own @ share) for own, share in zip(levels, level_means, strict=True)),
    )


def _weights_of(state: dict[str, Any]) -> _Weights:
    return _Weights(
        base=float(state["base"]),
        **{name: np.array(state[name], dtype=np.float64) for name in ("known", "offset", "missing")},
        levels=tuple(np.array(weight, dtype=np.float64) for weight in state["levels"]),
    )


def _belong_together(columns: Columns, weights: _Weights) -> bool:
    numbers = columns.numbers.shape
    sizes = [(levels.size,) for levels in columns.levels]
    every = [weights.known, weights.offset, weights.missing, *weights.levels]
    return (
        weights.known.shape == weights.offset.shape == weights.missing.shape == numbers
        and [weight.shape for weight in weights.levels] == sizes
        and all(bool(np.isfinite(weight).all()) for weight in every)
        and bool(np.isfinite(weights.base))
    )
