"""The patient bootstrap as weights: how often each row's patient was drawn. Patients are drawn, not rows, because a patient's
stays are alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Vector: TypeAlias = npt.NDArray[np.float64]
Outcomes: TypeAlias = npt.NDArray[np.bool_]
Patients: TypeAlias = npt.NDArray[np.int64]
Weights: TypeAlias = npt.NDArray[np.float64]  # draw, row
Multiplicities: TypeAlias = npt.NDArray[np.uint8]  # draw, row
Panel: TypeAlias = Callable[[Weights], Mapping[str, Vector]]  # weights of some draws -> figures, one number a draw

DRAWS = 500
PERCENTILES = (2.5, 97.5)  # ends of every interval
PERCENTILES = (2.5, 97.5)
_AT_ONCE = 50  # draws whose weights are in memory as numbers with a fraction


def patient_draws(patients: Patients, *, seed: int, draws: int = DRAWS) -> Multiplicities:
    """For each draw of as many patients as there are, with replacement, how often each row is in it."""
    random = np.random.default_rng(seed)
    _, patient = np.unique(patients, return_inverse=True)
    number = int(patient.max()) + 1
    drawn = np.empty((draws, len(patients)), dtype=np.uint8)
    for draw in drawn:
        draw[:] = np.bincount(random.integers(number, size=number), minlength=number)[patient]
    return drawn


def once(rows: int) -> Weights:
    """The rows as they are: a single draw with each row once."""
    return np.ones((1, rows))


def over(draws: Multiplicities, panel: Panel) -> dict[str, Vector]:
    """The panel's figures for every draw."""
    parts = [panel(block) for block in _blocks(draws)]
    return {name: np.concatenate([part[name] for part in parts]) for name in (parts[0] if parts else {})}


def as_they_are(panel: Panel, *, rows: int) -> dict[str, float]:
    """The panel's figures of the rows themselves."""
    return {name: float(values[0]) for name, values in panel(once(rows)).items()}


def interval(drawn: Vector) -> tuple[float, float]:
    """The 95 % percentile interval; draws in which the figure does not exist (nobody came back) are left out."""
    known = drawn[np.isfinite(drawn)]
    if not known.size:
        return float("nan"), float("nan")
    low, high = np.percentile(known, PERCENTILES)
    return float(low), float(high)


def quotient(above: Vector, below: Vector) -> Vector:
    """Above / below, and not a number where there is nothing below."""
    return np.asarray(np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below != 0))


def _blocks(draws: Multiplicities) -> Iterable[Weights]:
    for start in range(0, len(draws), _AT_ONCE):
        yield draws[start : start + _AT_ONCE].astype(np.float64)
