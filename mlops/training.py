"""From training rows to a calibrated model: out-of-fold scores by patient, Platt's line on them, a fit on all rows, and the
spread that gives each score its interval. In every fold the encoder is fitted anew, on the rows that the fold learns from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Protocol

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import GroupKFold

from mlops import platt, spread
from predictions.engines.base import Engine, Labels, Matrix, Vector
from predictions.engines.boosted import BoostedTrees
from predictions.engines.calibrated import CalibratedModel, categories_with
from predictions.features import encodings

FOLDS = 3
FITS_WITHOUT_SPREAD = FOLDS + 1
FITS = FITS_WITHOUT_SPREAD + spread.FITS


class Rows(Protocol):
    """What is learned from: as `mlops.datasets.Part`, or as it was frozen."""

    @property
    def matrix(self) -> Matrix:
        """As read from the record."""
        ...

    @property
    def readmitted(self) -> npt.NDArray[np.bool_]:
        """What became of them."""
        ...

    @property
    def patients(self) -> npt.NDArray[np.int64]:
        """Whose stays they are."""
        ...


def train(
    part: Rows, *, seed: int, engine: Callable[[], Engine] = BoostedTrees, on_fit: Callable[[], object] = lambda: None,
    on_out_of_fold: Callable[[Vector], object] = lambda _scores: None, with_spread: bool = True,
) -> CalibratedModel:  # fmt: skip
    """A model of the training rows; `on_fit` is told after each of its FITS fits, and `on_out_of_fold` the calibrated
    scores that the training rows had from models that did not see their patients.

    No row is weighted by its outcome, so that scores are probabilities to begin with. Where only scores are wanted, the
    spread can be left out; such a model needs FITS_WITHOUT_SPREAD fits and cannot become champion.
    """
    log_odds = _out_of_fold(part, seed=seed, engine=engine, on_fit=on_fit)
    calibration = platt.line_through(log_odds, part.readmitted)
    on_out_of_fold(1 / (1 + np.exp(-calibration(log_odds))))
    encoder, wide = encodings.fit(part.matrix, part.readmitted, part.patients, seed=seed)
    fitted = engine().fit(wide, part.readmitted, categories=categories_with(encoder), seed=seed)
    on_fit()
    model = CalibratedModel(fitted, calibration, encoder)
    if not with_spread:
        return model
    served = model.wide(part.matrix)
    learned = spread.Learned(
        matrix=part.matrix,
        wide=wide,
        served=served,
        readmitted=part.readmitted,
        patients=part.patients,
        log_odds=calibration(fitted.log_odds(served)),
    )
    return replace(model, spread=spread.fit(learned, seed=seed, learn=partial(_scorer, engine=engine), on_fit=on_fit))


def _out_of_fold(part: Rows, *, seed: int, engine: Callable[[], Engine], on_fit: Callable[[], object]) -> Vector:
    log_odds = np.empty(len(part.readmitted))
    for learn, judge in GroupKFold(FOLDS).split(part.matrix, groups=part.patients):
        scorer = _scorer(part.matrix[learn], part.readmitted[learn], part.patients[learn], seed=seed, engine=engine)
        log_odds[judge] = scorer(part.matrix[judge])
        on_fit()
    return log_odds


def _scorer(
    matrix: Matrix, readmitted: Labels, patients: npt.NDArray[np.int64], *, seed: int, engine: Callable[[], Engine]
) -> Callable[[Matrix], Vector]:
    """Encoder and learner fitted on these rows alone: what gives other rows their log-odds."""
    encoder, wide = encodings.fit(matrix, readmitted, patients, seed=seed)
    fitted = engine().fit(wide, readmitted, categories=categories_with(encoder), seed=seed)
    return lambda rows: fitted.log_odds(encoder.apply(rows))
