"""One point of a learner's space, judged on folds by patient: what a tuning job elsewhere asks of each of its machines."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from mlops.training import Rows
from predictions.engines.calibrated import categories_with
from predictions.engines.registry import engine_called
from predictions.features import encodings

FOLDS = 5


def mean_auc(rows: Rows, *, engine: str, parameters: Mapping[str, object], seed: int) -> float:
    """As mlops.tuning judges a point: encoder and learner are fitted inside each fold."""
    learner, aucs = engine_called(engine), []
    for learn, judge in GroupKFold(FOLDS).split(rows.matrix, groups=rows.patients):
        encoder, wide = encodings.fit(rows.matrix[learn], rows.readmitted[learn], rows.patients[learn], seed=seed)
        fitted = learner.with_parameters(parameters)
        fitted.fit(wide, rows.readmitted[learn], categories=categories_with(encoder), seed=seed)
        log_odds = fitted.log_odds(encoder.apply(rows.matrix[judge]))
        aucs.append(float(roc_auc_score(rows.readmitted[judge], log_odds)))
    return float(np.mean(aucs))
