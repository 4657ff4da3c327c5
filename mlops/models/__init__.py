"""The rows of the mlops package, one file a noun."""

from mlops.models.decision import Decision, DecisionKind, Tenure, TenureKind
from mlops.models.evidence import Evidence
from mlops.models.run import IN_FLIGHT, RunLine, RunState, RunStep, RunTrigger, TrainingRun

__all__ = [
    "IN_FLIGHT", "Decision", "DecisionKind", "Evidence", "RunLine", "RunState", "RunStep", "RunTrigger", "Tenure", "TenureKind",
    "TrainingRun",
]  # fmt: skip
