"""From training rows to a calibrated model: out-of-fold scores by patient, Platt's line on them, and a fit on all rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from mlops.datasets import Part
from predictions.engines.base import Engine, Vector
from predictions.engines.boosted import BoostedTrees
from predictions.engines.calibrated import CalibratedModel, Calibration
from predictions.features import schema

FOLDS = 5
FITS = FOLDS + 1


def train(
    part: Part, *, seed: int, engine: Callable[[], Engine] = BoostedTrees, on_fit: Callable[[], object] = lambda: None,
    on_out_of_fold: Callable[[Vector], object] = lambda _scores: None,
) -> CalibratedModel:  # fmt: skip
    """A model of the training rows; `on_fit` is told after each of its FITS fits, and `on_out_of_fold` the calibrated
    scores that the training rows had from models that did not see their patients.

    No row is weighted by its outcome, so that scores are probabilities to begin with.
    """
    log_odds = _out_of_fold(part, seed=seed, engine=engine, on_fit=on_fit)
    calibration = _platt(log_odds, part)
    on_out_of_fold(1 / (1 + np.exp(-calibration(log_odds))))
    model = CalibratedModel(_fitted(engine(), part, seed=seed), calibration)
    on_fit()
    return model


def _out_of_fold(part: Part, *, seed: int, engine: Callable[[], Engine], on_fit: Callable[[], object]) -> Vector:
    log_odds = np.empty(len(part.readmitted))
    for learn, judge in GroupKFold(FOLDS).split(part.matrix, groups=part.patients):
        fold = part.of(learn)
        log_odds[judge] = _fitted(engine(), fold, seed=seed).log_odds(part.matrix[judge])
        on_fit()
    return log_odds


def _fitted(engine: Engine, part: Part, *, seed: int) -> Engine:
    return engine.fit(part.matrix, part.readmitted, categories=schema.categories(), seed=seed)


def _platt(log_odds: Vector, part: Part) -> Calibration:
    line = LogisticRegression(C=np.inf).fit(log_odds[:, None], part.readmitted)
    return Calibration(slope=float(line.coef_[0, 0]), intercept=float(line.intercept_[0]))
