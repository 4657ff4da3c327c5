"""What nobody would see in time by looking at pages: each trouble opens one incident, ever, and so reaches the channels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from clinical.models import Message
from mlops.incidents import open_incident
from mlops.models import DecisionKind, Incident, RunState, Tenure, TrainingRun
from mlops.monitoring.severities import Severity
from predictions.models import ModelStatus, ModelVersion, ServingProcess


@dataclass(frozen=True)
class Trouble:
    """One thing to be looked at. The key names the occurrence and not the kind, so that a closed one stays closed."""

    kind: str
    severity: Severity
    key: str
    subject: str
    detail: dict[str, Any] = field(default_factory=dict)


def look() -> int:
    """Open an incident for each trouble that has none yet; returns how many were opened."""
    found = [*_refused_champions(), *_messages_given_up(), *_expired_approvals(), *_ended_runs(), *_waiting_candidates()]
    known = set(Incident.objects.filter(key__in=[trouble.key for trouble in found]).values_list("key", flat=True))
    new = [trouble for trouble in found if trouble.key not in known]
    for trouble in new:
        open_incident(
            kind=trouble.kind, severity=trouble.severity.value, key=trouble.key, subject=trouble.subject, detail=trouble.detail
        )
    return len(new)


def _refused_champions() -> Iterator[Trouble]:
    """Processes that go on with the version before, because the champion's file did not pass their checks."""
    refusing = ServingProcess.objects.living().filter(refused__status=ModelStatus.CHAMPION).select_related("refused")
    for version in {process.refused for process in refusing if process.refused}:
        tenure = Tenure.objects.filter(version=version).first()
        reasons = sorted({process.refused_reason for process in refusing if process.refused == version})
        yield Trouble(
            "champion_refused", Severity.ALARM, f"champion_refused:{tenure.pk if tenure else version.public_id}",
            f"{version} is champion, and serving processes refuse it: {reasons[0]}",
            {"version": str(version.public_id), "processes": len(refusing), "reasons": reasons},
        )  # fmt: skip


def _messages_given_up() -> Iterator[Trouble]:
    for message in Message.objects.filter(dead_at__isnull=False, done_at__isnull=True):
        yield Trouble(
            "message_given_up", Severity.WARNING, f"message_given_up:{message.pk}",
            f"A message ({message.kind}) could not be delivered and was given up.", {"message": message.pk},
        )  # fmt: skip


def _expired_approvals() -> Iterator[Trouble]:
    """The champion goes on: taking it away by itself would leave the wards without scores."""
    for champion in ModelVersion.objects.filter(status=ModelStatus.CHAMPION):
        approval = champion.decisions.filter(kind=DecisionKind.APPROVED).first()
        if approval and approval.expires_at and approval.expires_at <= timezone.now():
            yield Trouble(
                "approval_expired", Severity.ALARM, f"approval_expired:{approval.public_id}",
                f"The approval of the champion {champion} expired on {approval.expires_at:%-d %B %Y}.",
                {"version": str(champion.public_id)},
            )  # fmt: skip


def _ended_runs() -> Iterator[Trouble]:
    severities = {RunState.FAILED: Severity.WARNING, RunState.REFUSED: Severity.NOTICE}
    for run in TrainingRun.objects.filter(state__in=severities):
        yield Trouble(
            f"run_{run.state}", severities[RunState(run.state)], f"run_{run.state}:{run.public_id}",
            f"{run}: {run.get_state_display().lower()}. {run.failure}".strip(), {"run": str(run.public_id)},
        )  # fmt: skip


def _waiting_candidates() -> Iterator[Trouble]:
    waiting = ModelVersion.objects.filter(status=ModelStatus.CANDIDATE, run__state=RunState.AWAITING_APPROVAL)
    for version in waiting:
        yield Trouble(
            "candidate_waits", Severity.NOTICE, f"candidate_waits:{version.public_id}",
            f"{version} waits for a decision.", {"version": str(version.public_id)},
        )  # fmt: skip
