"""The folds that every trial is judged on: made once, written to a folder, and read from there by all processes at once.

Only training rows are in them. Folds are by patient, and whatever is learned from outcomes before the learner itself
sees a row is learned inside the fold.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.model_selection import GroupKFold

from mlops.datasets import Part
from mlops.tuning.trials import JUDGED, JUDGED_OUTCOMES, LEARNED, LEARNED_OUTCOMES
from predictions.engines.calibrated import categories_with
from predictions.features import encodings


@dataclass(frozen=True)
class Folds:
    """Where they are, how many, and which columns hold codes."""

    folder: Path
    count: int
    categories: tuple[bool, ...]


def write_folds(part: Part, folder: Path, *, count: int, seed: int) -> Folds:
    """`count` folds under `folder`."""
    for number, (learn, judge) in enumerate(GroupKFold(count).split(part.matrix, groups=part.patients)):
        own = folder / str(number)
        own.mkdir()
        encoder, wide = encodings.fit(part.matrix[learn], part.readmitted[learn], part.patients[learn], seed=seed)
        np.save(own / LEARNED, wide)
        np.save(own / JUDGED, encoder.apply(part.matrix[judge]))
        np.save(own / LEARNED_OUTCOMES, part.readmitted[learn])
        np.save(own / JUDGED_OUTCOMES, part.readmitted[judge])
    return Folds(folder, count, categories_with(encoder))
