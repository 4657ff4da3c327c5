"""The models' first page: who waits for a decision, who is in office, and every version there has been."""

from __future__ import annotations

from dataclasses import dataclass

from clinical.models import User
from mlops.models import Tenure, TrainingRun
from mlops.pages.deciding import Standing, evidence_of, standing_of
from mlops.pages.told import age, who
from mlops.pages.verdict import Verdict, verdict_of
from predictions.models import MODEL_NAME, ModelStatus, ModelVersion

NEWEST = 50


@dataclass(frozen=True)
class Waiting:
    """A candidate that nobody has decided about."""

    version: ModelVersion
    requester: str
    age: str
    verdict: Verdict
    standing: Standing


@dataclass(frozen=True)
class Home:
    """See the module."""

    waiting: list[Waiting]
    champion: ModelVersion | None
    in_office_since: Tenure | None
    versions: list[ModelVersion]
    run: TrainingRun | None


def home_for(user: User) -> Home:
    """Oldest candidates first, newest versions first."""
    versions = ModelVersion.objects.filter(name=MODEL_NAME).select_related("requested_by", "evidence", "run")
    candidates = versions.filter(status=ModelStatus.CANDIDATE).order_by("number")
    champion = versions.filter(status=ModelStatus.CHAMPION).first()
    return Home(
        waiting=[_waiting(version, user) for version in candidates],
        champion=champion,
        in_office_since=Tenure.objects.filter(version=champion).select_related("by").first() if champion else None,
        versions=list(versions.order_by("-number")[:NEWEST]),
        run=TrainingRun.objects.in_flight().filter(model_name=MODEL_NAME).first(),
    )


def _waiting(version: ModelVersion, user: User) -> Waiting:
    evidence = evidence_of(version)
    return Waiting(
        version=version,
        requester=who(version.requested_by),
        age=age(version.trained_at),
        verdict=verdict_of(evidence.verdict if evidence else {}),
        standing=standing_of(user, version),
    )
