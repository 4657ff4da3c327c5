"""The bounds in force: they stand in the database, for the administrator to change."""

from __future__ import annotations

from mlops.models import DriftThreshold
from mlops.monitoring.severities import Bounds


def in_force() -> dict[str, Bounds]:
    return {threshold.metric: threshold.bounds for threshold in DriftThreshold.objects.all()}
