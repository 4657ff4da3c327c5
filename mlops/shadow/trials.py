"""Beginning and ending a trial. The end is signed by an approver who did not ask for the version, on a report that it seals."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from clinical import audit
from clinical.access import scope_of_the_system
from clinical.models import User
from clinical.models.staff import Role
from mlops.errors import DecisionRefusedError
from mlops.models import ShadowDecision, ShadowReport, ShadowTrial, Tenure
from predictions.models import ModelStatus, ModelVersion, Prediction

SHORTEST_REASON_CHARACTERS = 10
MAY_STAND_IN_THE_SHADOW = (ModelStatus.CANDIDATE, ModelStatus.APPROVED)
# predictions are numbered before they are committed: as many as a large batch may still be on their way with lower numbers
_MAY_STILL_ARRIVE = 50_000


def start_trial(version: ModelVersion, *, by: User, reason: str) -> ShadowTrial:
    """Let `version` score silently beside the champion from now on."""
    champion = ModelVersion.objects.filter(name=version.name, status=ModelStatus.CHAMPION).first()
    version.refresh_from_db()
    _refuse_start(version, champion, by, reason)
    with scope_of_the_system():
        last = Prediction.objects.aggregate(last=Max("pk"))["last"] or 0
        trial = ShadowTrial(
            name=version.name, version=version, champion=champion, started_by=by, reason=reason.strip(),
            read_up_to=max(0, last - _MAY_STILL_ARRIVE),
        )  # fmt: skip
        try:
            with transaction.atomic():
                trial.save(force_insert=True)
        except IntegrityError as refused:
            msg = "Another trial of this model is open: end it first."
            raise DecisionRefusedError(msg) from refused
        _record(trial, by, "model.shadow_started", reason=trial.reason)
    return trial


def end_trial(trial: ShadowTrial, *, by: User, go: bool, reason: str, report: ShadowReport | None = None) -> ShadowTrial:
    """The signed word: go or no-go, resting on `report` (the newest unless another was read), which it seals."""
    with transaction.atomic():
        trial = _locked(trial)
        _refuse_end(trial, by, reason)
        report = report or trial.reports.order_by("-pk").first()
        if report is None or report.trial_id != trial.pk:
            msg = "There is no report yet that the decision could rest on; one is made within some minutes."
            raise DecisionRefusedError(msg)
        if go and not report.body["encounters"]:
            msg = "Nothing has been scored in this trial: there is nothing that speaks for a go."
            raise DecisionRefusedError(msg)
        trial.decision = ShadowDecision.GO if go else ShadowDecision.NO_GO
        trial.decided_by, trial.decision_reason = by, reason.strip()
        trial.rests_on, trial.seal = report, report.sha256
        trial.ended_because = f"{trial.get_decision_display()}, signed by {by}."
        trial.ended_at = timezone.now()
        trial.save()
        _record(trial, by, "model.shadow_ended", decision=trial.decision, seal=trial.seal)
    return trial


def end_where_overtaken(trial: ShadowTrial) -> bool:
    """End a trial that has nothing left to compare: its version was decided about, or the champion has changed."""
    why = why_overtaken(trial)
    if not why:
        return False
    with transaction.atomic():
        trial = _locked(trial)
        if not trial.is_open:
            return False
        trial.ended_at, trial.ended_because = timezone.now(), why
        trial.save()
        _record(trial, None, "model.shadow_ended", because=why)
    return True


def why_overtaken(trial: ShadowTrial) -> str:
    """Why the trial cannot go on; empty while it can."""
    version = ModelVersion.objects.get(pk=trial.version_id)
    if version.status not in MAY_STAND_IN_THE_SHADOW:
        return f"{version} is {version.get_status_display().lower()} now."
    change = Tenure.objects.filter(name=trial.name, began_at__gt=trial.started_at).order_by("began_at", "pk").first()
    if change is not None:
        return f"The champion changed: v{change.version.number} came into office on {change.began_at:%-d %B %Y at %H:%M} UTC."
    if not ModelVersion.objects.filter(pk=trial.champion_id, status=ModelStatus.CHAMPION).exists():
        return f"v{trial.champion.number} is the champion no more."
    return ""


def why_not_signed_by(person: User, trial: ShadowTrial) -> str:
    """Why this person cannot sign the end of the trial; empty where they can."""
    if not trial.is_open:
        return f"This trial has ended already: {trial.ended_because}"
    if Role.APPROVER not in person.roles:
        return f"{person.username} is not a model approver."
    if trial.version.requested_by_id == person.pk:
        return f"{person.username} asked for {trial.version}; somebody else has to sign."
    return ""


def _refuse_start(version: ModelVersion, champion: ModelVersion | None, by: User, reason: str) -> None:
    if not by.roles & {Role.APPROVER, Role.ADMINISTRATOR}:
        msg = f"{by.username} is neither a model approver nor an administrator."
        raise DecisionRefusedError(msg)
    if version.status not in MAY_STAND_IN_THE_SHADOW:
        msg = f"{version} is {version.get_status_display().lower()}: only a candidate or an approved version can be tried."
        raise DecisionRefusedError(msg)
    if champion is None:
        msg = "There is no champion to stand beside."
        raise DecisionRefusedError(msg)
    if champion.feature_schema_id != version.feature_schema_id:
        msg = f"{version} reads other features than {champion}, so it cannot score from the same inputs."
        raise DecisionRefusedError(msg)
    _need_a_reason(reason)


def _refuse_end(trial: ShadowTrial, by: User, reason: str) -> None:
    why = why_not_signed_by(by, trial)
    if why:
        raise DecisionRefusedError(why)
    _need_a_reason(reason)


def _need_a_reason(reason: str) -> None:
    if len(reason.strip()) < SHORTEST_REASON_CHARACTERS:
        msg = f"Write a reason of at least {SHORTEST_REASON_CHARACTERS} characters: it stays with the decision."
        raise DecisionRefusedError(msg)


def _locked(trial: ShadowTrial) -> ShadowTrial:
    rows = ShadowTrial.objects.select_for_update(of=("self",)).select_related("version", "champion", "decided_by")
    return rows.get(pk=trial.pk)


def _record(trial: ShadowTrial, by: User | None, verb: str, **detail: str) -> None:
    about = {"version": trial.version.public_id, "champion": trial.champion.public_id, **detail}
    audit.record(actor=by, verb=verb, subject_type="shadow_trial", subject_id=trial.public_id, detail=about)
