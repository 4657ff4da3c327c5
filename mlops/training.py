"""From training rows to a calibrated model: out-of-fold scores by patient, Platt's line on them, a fit on all rows, and the
spread that gives each score its interval.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from sklearn.model_selection import GroupKFold

from mlops import platt, spread
from mlops.datasets import Part
from predictions.engines.base import Engine, Vector
from predictions.engines.boosted import BoostedTrees
from predictions.engines.calibrated import CalibratedModel
from predictions.features import schema

FOLDS = 5
FITS_WITHOUT_SPREAD = FOLDS + 1
FITS = FITS_WITHOUT_SPREAD + spread.FITS


def train(
    part: Part, *, seed: int, engine: Callable[[], Engine] = BoostedTrees, on_fit: Callable[[], object] = lambda: None,
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
    model = CalibratedModel(_fitted(engine(), part, seed=seed), calibration)
    on_fit()
    return _with_spread(model, part, seed=seed, engine=engine, on_fit=on_fit) if with_spread else model


def _out_of_fold(part: Part, *, seed: int, engine: Callable[[], Engine], on_fit: Callable[[], object]) -> Vector:
    log_odds = np.empty(len(part.readmitted))
    for learn, judge in GroupKFold(FOLDS).split(part.matrix, groups=part.patients):
        fold = part.of(learn)
        log_odds[judge] = _fitted(engine(), fold, seed=seed).log_odds(part.matrix[judge])
        on_fit()
    return log_odds


def _fitted(engine: Engine, part: Part, *, seed: int) -> Engine:
    return engine.fit(part.matrix, part.readmitted, categories=schema.categories(), seed=seed)


def _with_spread(
    model: CalibratedModel, part: Part, *, seed: int, engine: Callable[[], Engine], on_fit: Callable[[], object]
) -> CalibratedModel:
    learned = spread.Learned(
        wide=part.matrix,
        readmitted=part.readmitted,
        patients=part.patients,
        log_odds=model.calibration(model.engine.log_odds(part.matrix)),
        categories=schema.categories(),
    )
    return replace(model, spread=spread.fit(learned, seed=seed, engine=engine, on_fit=on_fit))
