"""Fitting the spread of a model: its members, and how wide an interval has to be.

Nobody ever sees a patient's true chance, so the width comes from rehearsals in which it is known: the model's own scores
are taken for the truth, patients are drawn with replacement, their outcomes are drawn from those chances, and encoder,
learner and line are fitted again. How far the new scores miss the known chances of the patients who were not drawn is what an
interval has to cover; that holds what the learner smooths away as well as the luck of the draw. The squares of the misses
are laid on the members' squared deviations, and the line is scaled until 95 % of the misses lie inside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mlops import platt
from mlops.members import MemberParameters, fit_members, times_drawn
from predictions.engines.base import Labels, Matrix, Vector
from predictions.engines.spread import TreeSpread

REHEARSALS = 2
FITS = REHEARSALS + 1
INSIDE = 0.95
# A model's world is smoother than the one that the model was learned from, so a rehearsal misses a little less than the
# model did. Without this, `check_intervals` on the public data set found too few of the known chances inside.
ALLOWANCE = 1.12

Patients = npt.NDArray[np.int64]


class Learn(Protocol):
    """Everything that is fitted on rows, before the line: the encoder and the learner."""

    def __call__(self, matrix: Matrix, readmitted: Labels, patients: Patients, *, seed: int) -> Callable[[Matrix], Vector]:
        """What gives rows, as read from the record, their log-odds."""
        ...


@dataclass(frozen=True)
class Learned:
    """The rows that a model was fitted on, and the calibrated log-odds that it gives them when it scores."""

    matrix: Matrix  # as read from the record
    wide: Matrix  # encoded out of fold, as the learner saw them
    served: Matrix  # encoded as a patient's row is when it is scored
    readmitted: Labels
    patients: Patients
    log_odds: Vector


def fit(
    learned: Learned, *, seed: int, learn: Learn, members: MemberParameters | None = None,
    on_fit: Callable[[], object] = lambda: None,
) -> TreeSpread:  # fmt: skip
    """The spread of a model that `learn` made; `on_fit` is told after each of its FITS fits."""
    trees = fit_members(learned.wide, learned.readmitted, learned.patients, seed=seed, settings=members or MemberParameters())
    on_fit()
    deviations = trees.deviations(learned.served)
    unseen_of_all, misses_of_all = [], []
    for number in range(REHEARSALS):
        unseen, misses = _rehearse(learned, learn, seed=seed + number)
        unseen_of_all.append(deviations[unseen])
        misses_of_all.append(misses)
        on_fit()
    floor, factor = width_of(np.concatenate(misses_of_all), np.concatenate(unseen_of_all))
    return TreeSpread(trees, floor=ALLOWANCE * floor, factor=ALLOWANCE * factor)


def width_of(misses: Vector, deviations: Vector) -> tuple[float, float]:
    """Floor and factor: the root of floor² + (factor x deviation)² holds 95 % of the misses, and follows their size."""
    base, rise = _line_without_negatives(deviations**2, misses**2)
    shape = np.sqrt(base + rise * deviations**2)
    reach = float(np.quantile(np.abs(misses) / shape, INSIDE))
    return reach * float(np.sqrt(base)), reach * float(np.sqrt(rise))


def _rehearse(learned: Learned, learn: Learn, *, seed: int) -> tuple[npt.NDArray[np.bool_], Vector]:
    """Which rows belong to patients who were not drawn, and by how much their known log-odds were missed."""
    random = np.random.default_rng((seed, REHEARSALS))  # other draws than the members'
    times = times_drawn(learned.patients, members=1, random=random)[:, 0]
    drawn, unseen = np.repeat(np.arange(len(times)), times), times == 0
    chances = 1 / (1 + np.exp(-learned.log_odds))
    outcomes = random.random(len(drawn)) < chances[drawn]
    log_odds = learn(learned.matrix[drawn], outcomes, learned.patients[drawn], seed=seed)(learned.matrix[unseen])
    line = platt.line_through(log_odds, random.random(len(log_odds)) < chances[unseen])
    return unseen, line(log_odds) - learned.log_odds[unseen]


def _line_without_negatives(x: Vector, y: Vector) -> tuple[float, float]:
    """Least squares with neither a negative start nor a negative rise; some start is left, so that it can be divided by."""
    rise, base = (float(value) for value in np.polyfit(x, y, 1)) if np.ptp(x) > 0 else (0.0, float(y.mean()))
    if rise < 0:
        return max(float(y.mean()), _NEARLY_NOTHING), 0.0
    if base <= 0:
        return _NEARLY_NOTHING, float((x * y).sum() / (x**2).sum())
    return base, rise


_NEARLY_NOTHING = 1e-12
