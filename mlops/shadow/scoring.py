"""The silent scores: what the candidate says of the inputs that the champion has just scored, and of who lies on the wards.

Nothing is read again from the record: a stored prediction begins with the features that were read, in the schema's order.
It runs in a worker, writes rows of its own and touches neither worklist nor prediction. A candidate that cannot be loaded
leaves a reason on its trial.
"""

from __future__ import annotations

import threading
from datetime import timedelta

import numpy as np
import structlog
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone

from clinical import audit
from clinical.access import scope_of_the_system
from mlops.incidents import open_incident
from mlops.models import ShadowScore, ShadowTrial
from mlops.monitoring.severities import Severity
from mlops.shadow import reporting
from mlops.shadow.trials import end_where_overtaken, why_overtaken
from predictions import champion
from predictions.champion import Champion
from predictions.errors import PredictionError
from predictions.features import schema
from predictions.models import ModelVersion, Prediction, WorklistEntry

ROWS_AT_ONCE = 2_000
MOST_AT_ONCE = 20_000
_SETTLED_AFTER = timedelta(minutes=10)  # longer than any transaction that stores predictions
log = structlog.get_logger(__name__)


def score_open_trials(*, most: int = MOST_AT_ONCE) -> int:
    """Bring every open trial up to date, a bounded number of scores at a time; returns how many were made."""
    return sum(_continue(trial, most) for trial in _open_trials())


def _continue(trial: ShadowTrial, most: int) -> int:
    scored = 0
    if not why_overtaken(trial):
        candidate = _candidate_of(trial)
        scored = _score(trial, candidate, most) if candidate else 0
    if why_overtaken(trial):
        reporting.renew(trial)
        end_where_overtaken(trial)
    elif reporting.is_due(trial, new_scores=bool(scored)):
        reporting.renew(trial)
    return scored


def _open_trials() -> list[ShadowTrial]:
    return list(ShadowTrial.objects.filter(ended_at__isnull=True).select_related("version", "champion"))


def _score(trial: ShadowTrial, candidate: Champion, most: int) -> int:
    """First who lies on the wards, then along the predictions as they were numbered. Each batch is one transaction."""
    done = 0
    while done < most and (batch := _batch(trial, candidate, _on_the_wards(trial))):
        done += len(batch)
    after = trial.read_up_to
    while done < most and (batch := _batch(trial, candidate, _since(trial, after))):
        done += len(batch)
        after = batch[-1]
    _remember_place(trial, after)
    return done


def _batch(trial: ShadowTrial, candidate: Champion, wanted: QuerySet[Prediction]) -> list[int]:
    """Score some of the wanted predictions and return their numbers; none where somebody else holds the trial or ended it."""
    with scope_of_the_system():
        mine = ShadowTrial.objects.select_for_update(skip_locked=True).filter(pk=trial.pk, ended_at__isnull=True)
        rows = list(wanted.values_list("pk", "feature_values")[:ROWS_AT_ONCE]) if mine.exists() else []
        if rows:
            _store(trial, candidate, [number for number, _ in rows], [values for _, values in rows])
    return [number for number, _ in rows]


def _store(trial: ShadowTrial, candidate: Champion, numbers: list[int], values: list[list[float | None]]) -> None:
    read = len(schema.names())
    matrix = np.array([row[:read] for row in values], dtype=np.float64)  # None becomes not-a-number
    scores = candidate.model.probabilities(np.ascontiguousarray(matrix)).tolist()
    ShadowScore.objects.bulk_create(
        ShadowScore(trial=trial, prediction_id=number, risk_probability=score, band=candidate.band_of(score).name.value)
        for number, score in zip(numbers, scores, strict=True)
    )
    detail = {"version": trial.version.public_id, "scored": len(numbers)}
    audit.record(
        actor=None, verb="encounters.shadow_scored", subject_type="shadow_trial", subject_id=trial.public_id, detail=detail
    )


def _on_the_wards(trial: ShadowTrial) -> QuerySet[Prediction]:
    """What stands beside patients who have not been discharged: also what was scored before the trial."""
    standing = WorklistEntry.objects.filter(discharged_at__isnull=True, prediction__isnull=False)
    return _not_scored_yet(trial).filter(pk__in=standing.values("prediction")).order_by("pk")


def _since(trial: ShadowTrial, after: int) -> QuerySet[Prediction]:
    return _not_scored_yet(trial).filter(pk__gt=after, scored_at__gte=trial.started_at).order_by("pk")


def _not_scored_yet(trial: ShadowTrial) -> QuerySet[Prediction]:
    scored = ShadowScore.objects.filter(trial=trial, prediction=OuterRef("pk"))
    of_champion = Prediction.objects.filter(model_version=trial.champion_id, feature_schema=trial.version.feature_schema_id)
    return of_champion.filter(~Exists(scored))


def _remember_place(trial: ShadowTrial, after: int) -> None:
    """Not further than to where no transaction can still bring a lower number."""
    settled = timezone.now() - _SETTLED_AFTER
    with scope_of_the_system():
        passed = Prediction.objects.filter(pk__gt=trial.read_up_to, pk__lte=after, scored_at__lt=settled)
        place = passed.aggregate(last=Max("pk"))["last"]
        if place:
            ShadowTrial.objects.filter(pk=trial.pk, ended_at__isnull=True, read_up_to__lt=place).update(read_up_to=place)


# --- the candidate, held in this process -----------------------------------------------------------------------------------

_lock = threading.Lock()
_held: dict[int, Champion] = {}


def forget() -> None:
    """Hold no candidate."""
    with _lock:
        _held.clear()


def _candidate_of(trial: ShadowTrial) -> Champion | None:
    """Loaded with every check that a champion has to pass; None, with the reason on the trial, where it did not."""
    try:
        candidate = _load(trial.version)
    except PredictionError as error:
        _note_failure(trial, error)
        return None
    if trial.failure:
        ShadowTrial.objects.filter(pk=trial.pk, ended_at__isnull=True).update(failure="", failed_at=None)
    return candidate


def _load(version: ModelVersion) -> Champion:
    with _lock:
        if version.pk not in _held:
            loaded = champion.load(version)
            _held.clear()
            _held[version.pk] = loaded
        return _held[version.pk]


def _note_failure(trial: ShadowTrial, error: PredictionError) -> None:
    log.error("the candidate of a shadow trial could not be loaded", version=trial.version.number, reason=error.code)
    reason = str(error)[:300]
    with transaction.atomic():
        ShadowTrial.objects.filter(pk=trial.pk, ended_at__isnull=True).update(failure=reason, failed_at=timezone.now())
        open_incident(
            kind="shadow.not_scoring", severity=Severity.WARNING, key=f"shadow.not_scoring:{trial.public_id}",
            subject=f"The candidate v{trial.version.number} cannot be loaded for its shadow trial.",
            detail={"trial": str(trial.public_id), "reason": error.code},
        )  # fmt: skip
