"""The rows of the mlops package, one file a noun."""

from mlops.models.conformance import ConformanceReport
from mlops.models.decision import Decision, DecisionKind, Tenure, TenureKind
from mlops.models.evidence import Evidence
from mlops.models.incident import Incident, Notification, NotificationChannel
from mlops.models.monitoring import DriftReading, DriftThreshold, MonitoringNight, TrainingProfile
from mlops.models.run import IN_FLIGHT, RunLine, RunState, RunStep, RunTrigger, TrainingRun
from mlops.models.shadow import ShadowDecision, ShadowReport, ShadowScore, ShadowTrial

__all__ = [
    "IN_FLIGHT",
    "ConformanceReport",
    "Decision",
    "DecisionKind",
    "DriftReading",
    "DriftThreshold",
    "Evidence",
    "Incident",
    "MonitoringNight",
    "Notification",
    "NotificationChannel",
    "RunLine",
    "RunState",
    "RunStep",
    "RunTrigger",
    "ShadowDecision",
    "ShadowReport",
    "ShadowScore",
    "ShadowTrial",
    "Tenure",
    "TenureKind",
    "TrainingProfile",
    "TrainingRun",
]
