"""The whole story of a version on one page: where it comes from, what was found, who decided, and what happened since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Model, Q

from clinical.access import scope_of_the_system
from clinical.models import AuditEvent
from mlops.models import Decision, Tenure, TenureKind
from mlops.pages.candidate import Found
from mlops.pages.comparison import Row, rows_of
from mlops.pages.deciding import evidence_of
from mlops.pages.lineage import Fact, facts_of
from mlops.pages.runs import RunPage, page_of
from mlops.pages.verdict import Verdict, verdict_of
from predictions.models import ModelVersion, Prediction, ServingProcess

NEWEST_AUDIT_ROWS = 50


@dataclass(frozen=True)
class Office:
    """One tenure and when it ended."""

    tenure: Tenure
    ended_at: datetime | None


@dataclass(frozen=True)
class Story:
    """See the module."""

    lineage: list[Fact]
    run: RunPage | None
    figures: list[Row]
    verdict: Verdict
    seal: str
    decisions: list[Decision]
    offices: list[Office]
    processes: list[ServingProcess]
    predictions_made: int
    incidents: list[Model]
    audit: list[AuditEvent]
    most_audit_rows: int = NEWEST_AUDIT_ROWS

    @property
    def predictions_made_words(self) -> str:
        return f"{self.predictions_made:,}"

    @property
    def rollbacks(self) -> int:
        return sum(office.tenure.kind == TenureKind.ROLLBACK for office in self.offices)


def story_of(version: ModelVersion) -> Story:
    evidence = evidence_of(version)
    appraisal: Found = evidence.appraisal if evidence else {}
    run, offices = getattr(version, "run", None), _offices(version)
    return Story(
        lineage=facts_of(version, evidence.lineage if evidence else {}),
        run=page_of(run) if run is not None else None,
        figures=rows_of(appraisal or {"candidate": {"figures": version.metrics}}),
        verdict=verdict_of(evidence.verdict if evidence else {}),
        seal=evidence.seal if evidence else "",
        decisions=list(version.decisions.select_related("by")),
        offices=offices,
        processes=_processes(version),
        predictions_made=_predictions_made(version),
        incidents=_incidents(version, offices),
        audit=_audit_of(version),
    )


def _offices(version: ModelVersion) -> list[Office]:
    """In the order of time; each ends where the name's next tenure begins."""
    every = list(Tenure.objects.filter(name=version.name).select_related("by").order_by("began_at", "pk"))
    ends = [tenure.began_at for tenure in every[1:]] + [None]
    return [Office(tenure, end) for tenure, end in zip(every, ends, strict=False) if tenure.version_id == version.pk]


def _predictions_made(version: ModelVersion) -> int:
    """A count over all units; it tells of no patient."""
    with scope_of_the_system():
        return Prediction.objects.filter(model_version=version).count()


def _processes(version: ModelVersion) -> list[ServingProcess]:
    """Which living processes say that they serve it, or that they refused it."""
    living = ServingProcess.objects.living()
    return list(living.filter(Q(holds=version) | Q(refused=version)))


def _incidents(version: ModelVersion, offices: list[Office]) -> list[Model]:
    """Those that name it, and those that were opened while it was in office."""
    try:
        incidents: Any = apps.get_model("mlops", "Incident")
    except LookupError:
        return []
    about_it = Q(detail__version=str(version.public_id)) | Q(key__contains=str(version.public_id))
    for office in offices:
        in_its_time = Q(opened_at__gte=office.tenure.began_at)
        about_it |= in_its_time & Q(opened_at__lt=office.ended_at) if office.ended_at else in_its_time
    return list(incidents.objects.filter(about_it))


def _audit_of(version: ModelVersion) -> list[AuditEvent]:
    subjects = AuditEvent.objects.filter(subject_type="model_version", subject_id=str(version.public_id))
    return list(subjects.order_by("-position")[:NEWEST_AUDIT_ROWS])
