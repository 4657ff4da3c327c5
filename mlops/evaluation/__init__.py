"""How good scores are, on patients that the model has not seen: pure arithmetic over scores, outcomes and patients.

Every figure is a weighted one. With a weight of one for each row it is the figure; with the multiplicities of a patient
bootstrap it is the figure of that draw. So a thousand draws cost one sort, and two models are compared on the same draws.
"""

from mlops.evaluation.calibration import brier_skill, calibration_line, expected_calibration_error
from mlops.evaluation.draws import DRAWS, Outcomes, Patients, Vector, Weights, patient_draws
from mlops.evaluation.metrics import Metric, Metrics, as_json, evaluate, with_interval
from mlops.evaluation.ranking import TOP_SHARE, auc, average_precision, ppv_at_top, recall_at_top

__all__ = [
    "DRAWS", "TOP_SHARE", "Metric", "Metrics", "Outcomes", "Patients", "Vector", "Weights", "as_json", "auc",
    "average_precision", "brier_skill", "calibration_line", "evaluate", "expected_calibration_error", "patient_draws",
    "ppv_at_top", "recall_at_top", "with_interval",
]  # fmt: skip
