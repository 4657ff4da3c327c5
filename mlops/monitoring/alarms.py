"""What follows from a night with an alarm: one incident for the version, and, where it is switched on, a retraining run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog
from django.conf import settings
from django.utils import timezone

from mlops import scheduling
from mlops.errors import RunInFlightError
from mlops.incidents import open_incident
from mlops.models import MonitoringNight, RunTrigger, TrainingRun
from mlops.monitoring.findings import Finding
from mlops.monitoring.severities import Severity

NAMED = 3
KIND = "drift"
log = structlog.get_logger(__name__)


def follow(night: MonitoringNight, read: Sequence[Finding]) -> None:
    """Call it inside the transaction that keeps the night."""
    raised = [finding for finding in read if finding.severity is Severity.ALARM]
    if not raised:
        return
    open_incident(
        kind=KIND, severity=Severity.ALARM.value, key=f"{KIND}:{night.version.public_id}", subject=_words(night, raised),
        detail=_detail(night, raised),
    )  # fmt: skip
    if settings.RETRAIN_ON_DRIFT and not night.is_shadow:
        _retrain(night, raised)


def _retrain(night: MonitoringNight, raised: Sequence[Finding]) -> None:
    """One run for a night, and none while an earlier one's cool-down lasts."""
    since = timezone.now() - timedelta(days=settings.RETRAIN_COOLDOWN_DAYS)
    if TrainingRun.objects.filter(trigger=RunTrigger.DRIFT, model_name=night.version.name, created_at__gt=since).exists():
        log.info("no retraining: the cool-down of the last one lasts", version=night.version.number)
        return
    try:
        scheduling.start(
            trigger=RunTrigger.DRIFT, trigger_key=f"{KIND}:{night.version.public_id}:{night.night}",
            reason=_words(night, raised),
        )  # fmt: skip
    except RunInFlightError:
        log.info("no retraining: a run is in flight", version=night.version.number)


def _words(night: MonitoringNight, raised: Sequence[Finding]) -> str:
    """The largest first; a figure of all stands before one of a unit."""
    ordered = sorted(raised, key=lambda finding: (finding.unit is not None, -finding.distance.value if finding.distance else 0))
    labels = {feature["name"]: feature["label"] for feature in night.version.feature_schema.definition["features"]}
    named = list(dict.fromkeys(_name(finding, labels) for finding in ordered))
    more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
    alarms = "1 alarm" if len(raised) == 1 else f"{len(raised)} alarms"
    return f"{night.version}, {night.night}: {alarms}: {', '.join(named[:NAMED])}{more}"


def _name(finding: Finding, labels: Mapping[str, str]) -> str:
    metric = str(finding.metric.label)
    return f"{metric} of {labels.get(finding.feature, finding.feature)}" if finding.feature else metric


def _detail(night: MonitoringNight, raised: Sequence[Finding]) -> dict[str, object]:
    return {
        "version": str(night.version.public_id),
        "number": night.version.number,
        "night": str(night.night),
        "alarms": len(raised),
        "readings": [
            {"metric": finding.metric.value, "feature": finding.feature, "unit": finding.unit,
             "difference": round(finding.distance.value, 4) if finding.distance else None}
            for finding in raised[:20]
        ],
    }  # fmt: skip
