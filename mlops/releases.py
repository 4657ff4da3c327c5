"""Deciding about versions, and who is in office: approve, reject, promote, roll back.

PostgreSQL holds that there is one champion of a name. Verbs on the same name wait for each other; whoever comes second
sees what the first one did, and is refused where that leaves nothing to decide. No verb here loads a model, so that pages
may call them: a version's file is tried in a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from clinical import audit, outbox
from clinical.models import User
from clinical.models.staff import Role
from mlops.errors import DecisionRefusedError, NothingToRollBackError, PromotionRefusedError
from mlops.models import Decision, DecisionKind, RunState, Tenure, TenureKind, TrainingRun
from predictions import champion_news, vetting
from predictions.errors import PredictionError
from predictions.models import MODEL_NAME, ModelStatus, ModelVersion

_ONE_AT_A_TIME = (7301, 2)
SHORTEST_REASON_CHARACTERS = 10
_MAY_HOLD_OFFICE = frozenset({ModelStatus.APPROVED, ModelStatus.RETIRED})


def approve(
    version: ModelVersion, *, by: User, reason: str, expires_at: datetime | None = None, promote: bool = True
) -> Decision:
    """A second person's word for a candidate, on its sealed evidence; it comes into office with it unless asked otherwise."""
    if promote:
        _vet(version)
    with transaction.atomic():
        version = _locked(version)
        _refuse_decision(version, by, reason)
        if expires_at is not None and expires_at <= timezone.now():
            msg = "The approval would have expired already: name a later day."
            raise DecisionRefusedError(msg)
        decision = _decide(version, DecisionKind.APPROVED, by=by, reason=reason, expires_at=expires_at)
        _become(version, ModelStatus.APPROVED)
        if promote:
            _take_office(version, by=by, kind=TenureKind.PROMOTION, reason=reason)
    return decision


def reject(version: ModelVersion, *, by: User, reason: str) -> Decision:
    """A person's word against a candidate. It is kept, and never comes into office."""
    with transaction.atomic():
        version = _locked(version)
        _refuse_decision(version, by, reason)
        decision = _decide(version, DecisionKind.REJECTED, by=by, reason=reason)
        _become(version, ModelStatus.REJECTED)
        _mirror()
    return decision


def promote(
    version: ModelVersion, *, by: User | None, kind: TenureKind = TenureKind.PROMOTION, reason: str = ""
) -> ModelVersion:
    """Make an approved version the champion and retire the one before, in one transaction.

    A version that does not load here is refused before anything changes.
    """
    _vet(version)
    with transaction.atomic():
        version = _locked(version)
        _refuse_office(version, by)
        _take_office(version, by=by, kind=kind, reason=reason)
    return version


def promote_automatically(version: ModelVersion) -> ModelVersion:
    """The gate's word alone, where the deployment has set that it is enough."""
    _vet(version)
    with transaction.atomic():
        version = _locked(version)
        if version.status != ModelStatus.CANDIDATE:
            msg = f"{version} is {version.get_status_display().lower()}: only a candidate is promoted automatically."
            raise PromotionRefusedError(msg)
        _take_office(version, by=None, kind=TenureKind.AUTOMATIC, reason="It passed the gate.")
    return version


def rollback(*, by: User, reason: str) -> ModelVersion:
    """The version that was in office before the champion came, at once. One person is enough: it was approved before."""
    _need_a_reason(reason)
    version = version_before()
    # it was tried when it came into office; there is no time to try it again unless the features have changed since
    _vet(version, by=vetting.genuine if _reads_what_the_champion_reads(version) else vetting.vetted)
    with transaction.atomic():
        one_at_a_time()
        if version_before() != version:
            msg = "Somebody else has just changed who is in office; look again."
            raise PromotionRefusedError(msg)
        version = _locked(version)
        _refuse_expired(version)
        _take_office(version, by=by, kind=TenureKind.ROLLBACK, reason=reason)
    return version


def version_before() -> ModelVersion:
    """Who was in office before the champion came by promotion; a rollback does not make its origin the next target."""
    tenures = list(Tenure.objects.filter(name=MODEL_NAME).select_related("version"))  # newest first
    if tenures:
        came = next((n for n, tenure in enumerate(tenures) if _came_by_promotion(tenure, tenures[0].version_id)), 0)
        before = next((tenure for tenure in tenures[came + 1 :] if tenure.version_id != tenures[0].version_id), None)
        if before is not None:
            return before.version
    raise NothingToRollBackError


def _came_by_promotion(tenure: Tenure, version_id: int) -> bool:
    return tenure.version_id == version_id and tenure.kind != TenureKind.ROLLBACK


def _take_office(version: ModelVersion, *, by: User | None, kind: TenureKind, reason: str) -> None:
    before = ModelVersion.objects.select_for_update().filter(name=version.name, status=ModelStatus.CHAMPION).first()
    if before is not None:
        _become(before, ModelStatus.RETIRED)
    version.promoted_at, version.promoted_by = timezone.now(), by
    _become(version, ModelStatus.CHAMPION)
    Tenure.objects.create(name=version.name, version=version, began_at=version.promoted_at, kind=kind, by=by, reason=reason)
    TrainingRun.objects.filter(version=version).update(state=RunState.DECIDED)
    _mirror()
    transaction.on_commit(champion_news.announce)
    detail = {"number": version.number, "retired": before.number if before else None, "kind": str(kind)}
    verb = "model.rolled_back" if kind == TenureKind.ROLLBACK else "model.promoted"
    audit.record(actor=by, verb=verb, subject_type="model_version", subject_id=version.public_id, detail=detail)


def _decide(
    version: ModelVersion, kind: DecisionKind, *, by: User, reason: str, expires_at: datetime | None = None
) -> Decision:
    decision = Decision.objects.create(
        version=version, kind=kind, by=by, reason=reason.strip(), evidence_seal=_seal_of(version), expires_at=expires_at
    )
    TrainingRun.objects.filter(version=version).update(state=RunState.DECIDED)
    detail = {"number": version.number, "decision": decision.public_id, "seal": decision.evidence_seal}
    audit.record(actor=by, verb=f"model.{kind}", subject_type="model_version", subject_id=version.public_id, detail=detail)
    return decision


def _refuse_decision(version: ModelVersion, by: User, reason: str) -> None:
    if version.status != ModelStatus.CANDIDATE:
        msg = f"{version} is {version.get_status_display().lower()}: it has been decided already."
        raise DecisionRefusedError(msg)
    if Role.APPROVER not in by.roles:
        msg = f"{by.username} is not a model approver."
        raise DecisionRefusedError(msg)
    if version.requested_by_id == by.pk:
        msg = f"{by.username} asked for {version}; somebody else has to decide."
        raise DecisionRefusedError(msg)
    if not _seal_of(version):
        msg = f"{version} has no sealed evidence to decide on: only a training run makes that."
        raise DecisionRefusedError(msg)
    _need_a_reason(reason)


def _refuse_office(version: ModelVersion, by: User | None) -> None:
    if version.status not in _MAY_HOLD_OFFICE:
        msg = f"{version} is {version.get_status_display().lower()}: only an approved or a retired version becomes champion."
        raise PromotionRefusedError(msg)
    if by is not None and version.requested_by_id == by.pk:
        msg = f"{by.username} asked for {version}; somebody else has to promote it."
        raise PromotionRefusedError(msg)
    _refuse_expired(version)


def _refuse_expired(version: ModelVersion) -> None:
    approval = version.decisions.filter(kind=DecisionKind.APPROVED).first()
    if approval and approval.expires_at and approval.expires_at <= timezone.now():
        msg = f"The approval of {version} expired on {approval.expires_at:%-d %B %Y}."
        raise PromotionRefusedError(msg)


def _need_a_reason(reason: str) -> None:
    if len(reason.strip()) < SHORTEST_REASON_CHARACTERS:
        msg = f"Write a reason of at least {SHORTEST_REASON_CHARACTERS} characters: it stays with the decision."
        raise DecisionRefusedError(msg)


def _seal_of(version: ModelVersion) -> str:
    evidence = getattr(version, "evidence", None)
    return evidence.seal if evidence is not None else ""


def _reads_what_the_champion_reads(version: ModelVersion) -> bool:
    champions = ModelVersion.objects.filter(name=version.name, status=ModelStatus.CHAMPION)
    return champions.filter(feature_schema=version.feature_schema_id).exists()


def _vet(version: ModelVersion, *, by: Callable[[ModelVersion], bytes] = vetting.vetted) -> None:
    try:
        by(version)
    except PredictionError as error:
        msg = f"{version} cannot become champion: {error}"
        raise PromotionRefusedError(msg) from error


def _become(version: ModelVersion, status: ModelStatus) -> None:
    version.status = status
    version.save(update_fields=["status", "promoted_at", "promoted_by"])


def _mirror() -> None:
    outbox.put(kind="registry.alias", subject=MODEL_NAME)


def _locked(version: ModelVersion) -> ModelVersion:
    one_at_a_time()
    return ModelVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)


def one_at_a_time() -> None:
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", _ONE_AT_A_TIME)
