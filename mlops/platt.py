"""Platt's line: what turns a learner's log-odds into those of a probability."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression

from predictions.engines.base import Labels, Vector
from predictions.engines.calibrated import Calibration


def line_through(log_odds: Vector, readmitted: Labels) -> Calibration:
    """The line, fitted on scores of rows that the learner has not seen."""
    line = LogisticRegression(C=np.inf).fit(log_odds[:, None], readmitted)
    return Calibration(slope=float(line.coef_[0, 0]), intercept=float(line.intercept_[0]))
