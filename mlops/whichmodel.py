"""Which model scored this encounter at 14:03, who approved it, on what evidence, and what happened since.

Everything is read from rows that nobody can rewrite: predictions, tenures, decisions, the audit log. The answer holds ids,
versions and the people who decided; it holds no patient and no score.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from clinical.access import scope_of_the_system
from clinical.models import AuditEvent, Encounter
from mlops.errors import EncounterUnknownError, MomentRefusedError, NotScoredYetError
from mlops.models import Decision, DecisionKind, Evidence, Incident, Tenure, TenureKind
from mlops.pages.lineage import Fact, facts_of
from mlops.pages.told import who
from predictions.models import ModelVersion, Prediction

MOST_EVENTS = 100


@dataclass(frozen=True)
class Score:
    """The prediction that was in force, by its ids."""

    prediction: UUID
    scored_at: datetime
    as_of: datetime
    inputs_sha256: str
    feature_schema: str


@dataclass(frozen=True)
class Term:
    """A version in office: since when, how, and by whose hand."""

    number: int
    version: UUID
    began_at: datetime
    how: str
    by: str
    reason: str


@dataclass(frozen=True)
class Approval:
    """Somebody's word for a version, and whether the evidence still bears the seal that it rested on."""

    by: str
    at: datetime
    reason: str
    evidence_seal: str
    seal_still_fits: bool
    expires_at: datetime | None


@dataclass(frozen=True)
class Event:
    """Something that happened after the moment that was asked about."""

    at: datetime
    what: str


@dataclass(frozen=True)
class Story:
    """The answer."""

    encounter: UUID
    at: datetime
    score: Score
    version: str
    version_id: UUID
    status_now: str
    lineage: tuple[Fact, ...]
    champion: Term | None
    approval: Approval | None
    since: tuple[Event, ...]
    notes: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def moment_from(text: str) -> datetime:
    """An ISO time with its zone; a bare "14:03" is today's, in UTC."""
    try:
        return datetime.combine(timezone.now().astimezone(UTC).date(), time.fromisoformat(text), tzinfo=UTC)
    except ValueError:
        pass
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        msg = f"{text!r} is no time: write 2026-11-23T14:03Z, or 14:03 for today in UTC."
        raise MomentRefusedError(msg)
    if moment.tzinfo is None:
        msg = f"{text!r} has no zone: write {text}Z for UTC, or add one like +01:00."
        raise MomentRefusedError(msg)
    return moment


def story_of(encounter: UUID, at: datetime) -> Story:
    """What was in force for the encounter at that moment. Reads in the system's scope and gives back ids alone."""
    if at > timezone.now():
        msg = f"{_told(at)} lies in the future: nothing is in force there yet."
        raise MomentRefusedError(msg)
    with scope_of_the_system():
        found = Encounter.objects.filter(public_id=encounter).first()
        if found is None:
            msg = f"There is no encounter {encounter}."
            raise EncounterUnknownError(msg)
        prediction = _in_force(found, at)
        version = prediction.model_version
        term = _term_at(version.name, at)
        return Story(
            encounter=encounter,
            at=at,
            score=_score(prediction),
            version=str(version),
            version_id=version.public_id,
            status_now=version.get_status_display(),
            lineage=tuple(facts_of(version, _lineage_of(version))),
            champion=term,
            approval=_approval(version, at),
            since=tuple(_since(found, prediction, at)),
            notes=tuple(_notes(found, prediction, term, at)),
        )


def _in_force(encounter: Encounter, at: datetime) -> Prediction:
    """The newest score by then; or an older one that was put back on the list after it, as a roll-back does."""
    scores = Prediction.objects.filter(encounter=encounter, scored_at__lte=at).select_related(
        "model_version__requested_by", "model_version__run"
    )
    newest = scores.order_by("-scored_at", "-pk").first()
    if newest is None:
        first = Prediction.objects.filter(encounter=encounter).order_by("scored_at").first()
        later = f" The first score was made {_told(first.scored_at)}." if first else " It has not been scored since either."
        msg = f"No model had scored encounter {encounter.public_id} by {_told(at)}.{later}"
        raise NotScoredYetError(msg)
    listed = _events(encounter, at).filter(verb="encounter.scored", at__gte=newest.scored_at).first()
    again = scores.filter(public_id=listed.detail["prediction"]).first() if listed else None
    return again or newest


def _events(encounter: Encounter, at: datetime) -> Any:
    """The audit rows about this encounter by then, newest first."""
    about = AuditEvent.objects.filter(subject_type="encounter", subject_id=str(encounter.public_id), at__lte=at)
    return about.order_by("-position")


def _score(prediction: Prediction) -> Score:
    return Score(
        prediction=prediction.public_id,
        scored_at=prediction.scored_at,
        as_of=prediction.as_of,
        inputs_sha256=prediction.features_sha256,
        feature_schema=prediction.feature_schema_id,
    )


def _lineage_of(version: ModelVersion) -> dict[str, Any]:
    evidence = Evidence.objects.filter(version=version).first()
    return evidence.lineage if evidence else {}


def _term_at(name: str, at: datetime) -> Term | None:
    tenures = Tenure.objects.filter(name=name, began_at__lte=at).select_related("version", "by")
    tenure = tenures.order_by("-began_at", "-pk").first()
    if tenure is None:
        return None
    return Term(
        number=tenure.version.number, version=tenure.version.public_id, began_at=tenure.began_at,
        how=str(tenure.get_kind_display()), by=who(tenure.by), reason=tenure.reason,
    )  # fmt: skip


def _approval(version: ModelVersion, at: datetime) -> Approval | None:
    decisions = Decision.objects.filter(version=version, kind=DecisionKind.APPROVED, at__lte=at).select_related("by")
    decision = decisions.order_by("-at", "-pk").first()
    if decision is None:
        return None
    fits = Evidence.objects.filter(version=version, seal=decision.evidence_seal).exclude(seal="").exists()
    return Approval(
        by=str(decision.by), at=decision.at, reason=decision.reason, evidence_seal=decision.evidence_seal,
        seal_still_fits=fits, expires_at=decision.expires_at,
    )  # fmt: skip


def _since(encounter: Encounter, prediction: Prediction, at: datetime) -> Iterator[Event]:
    """In the order of time: later scores, changes of office, decisions about the version, incidents."""
    name = prediction.model_version.name
    events = [
        *(
            Event(score.scored_at, f"Scored again by v{score.model_version.number} (prediction {score.public_id}).")
            for score in Prediction.objects.filter(encounter=encounter, scored_at__gt=at).select_related("model_version")
        ),
        *(
            Event(tenure.began_at, f"{_came(tenure)} by {who(tenure.by)}. {tenure.reason}".strip())
            for tenure in Tenure.objects.filter(name=name, began_at__gt=at).select_related("version", "by")
        ),
        *(
            Event(decision.at, f"{decision.version} was {decision.kind} by {decision.by}: {decision.reason}")
            for decision in Decision.objects.filter(version=prediction.model_version, at__gt=at).select_related("by", "version")
        ),
        *(
            Event(incident.opened_at, f"Incident ({incident.get_severity_display().lower()}): {incident.subject}")
            for incident in Incident.objects.filter(opened_at__gt=at).order_by("opened_at")[:MOST_EVENTS]
        ),
    ]
    yield from sorted(events, key=lambda event: event.at)[:MOST_EVENTS]


def _came(tenure: Tenure) -> str:
    if tenure.kind == TenureKind.ROLLBACK:
        return f"Rolled back to v{tenure.version.number}"
    return f"v{tenure.version.number} came into office ({tenure.get_kind_display().lower()})"


def _notes(encounter: Encounter, prediction: Prediction, term: Term | None, at: datetime) -> Iterator[str]:
    """What a reader would otherwise conclude wrongly."""
    number = prediction.model_version.number
    if term is None:
        yield f"No change of office is on record before {_told(at)}, so it is not known who was champion."
    elif term.number != number:
        yield (
            f"v{term.number} was the champion by then; the score of v{number} still stood, because the encounter had not"
            " been scored anew."
        )
        batch = AuditEvent.objects.filter(
            verb="encounters.scored", detail__version=str(term.version), at__gt=prediction.scored_at, at__lte=at
        )
        if batch.exists() and Prediction.objects.filter(
            encounter=encounter, model_version__public_id=term.version, scored_at__lte=at
        ):
            yield (
                f"A batch of v{term.number} ran after it. If that batch held this encounter with unchanged inputs,"
                f" the earlier score of v{term.number} stood on the list again."
            )
    refused = _events(encounter, at).filter(verb="encounter.not_scored", at__gt=prediction.scored_at).first()
    if refused is not None and not _events(encounter, at).filter(verb="encounter.scored", position__gt=refused.position):
        reason = refused.detail.get("reason", "unknown")
        yield f"From {_told(refused.at)} on the list said that the encounter was not scored (reason: {reason})."


def _told(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
