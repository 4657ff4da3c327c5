"""The target in a feature: no column alone may tell the outcome nearly as well as all of them honestly can together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mlops.evaluation import auc
from mlops.leaks.verdict import Verdict

NAME = "target_in_feature"
LIMIT = 0.70  # on the published file the strongest single column has 0.61, and all honest ones together 0.70
_FEW_VALUES = 64
_MOST_ROWS = 30_000

Matrix = npt.NDArray[np.float64]
Outcomes = npt.NDArray[np.bool_]


def target_in_feature(matrix: Matrix, readmitted: Outcomes, names: Sequence[str]) -> Verdict:
    """Each column alone, as a number and, where it has few values, by the rate of each value in the other half of the rows."""
    step = max(1, len(matrix) // _MOST_ROWS)
    rows, outcomes = matrix[::step], readmitted[::step]
    strength = np.array([_strength(column, outcomes) for column in rows.T])
    strongest = int(np.argmax(strength))
    return Verdict(
        NAME,
        f"No feature alone separates those who came back with an AUC above {LIMIT:.2f}.",
        bool(strength[strongest] <= LIMIT),
        f"The strongest of {len(names)} features alone is {names[strongest]}, with an AUC of {strength[strongest]:.3f}.",
    )


def _strength(column: npt.NDArray[np.float64], readmitted: Outcomes) -> float:
    # a missing value is a value like any other: its being missing may be what tells
    values = np.where(np.isnan(column), np.nanmin(column, initial=0.0) - 1, column)
    straight = auc(values, readmitted)
    known, code = np.unique(values, return_inverse=True)
    by_rate = _by_rate(code, len(known), readmitted) if len(known) <= _FEW_VALUES else 0.5
    return max(straight, 1 - straight, by_rate)


def _by_rate(code: npt.NDArray[np.intp], codes: int, readmitted: Outcomes) -> float:
    learn = np.arange(len(code)) % 2 == 0
    seen = np.bincount(code[learn], minlength=codes) + 1.0
    rate = (np.bincount(code[learn], weights=readmitted[learn], minlength=codes) + readmitted.mean()) / seen
    return auc(rate[code[~learn]], readmitted[~learn])
