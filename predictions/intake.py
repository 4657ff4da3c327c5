"""An encounter comes in: its facts are kept, then it is scored, or left for a worker. What every door for systems calls.

The facts are committed before the score is made: a model that fails must never lose them. In the same transaction the
worklist is told that a score is owed, so that a process killed in between leaves a row that says so and is scored later.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from clinical import outbox, rows
from clinical.access import scope_of_the_system
from clinical.intake import recording
from clinical.intake.facts import StayReport
from clinical.intake.recording import Recorded
from clinical.models import CareUnit, Encounter, User
from clinical.rows import durable_with_the_next_commit
from predictions.errors import PredictionError
from predictions.models import Prediction, PredictionVoid, WorklistEntry
from predictions.models.prediction_void import VoidReason
from predictions.scoring import score

NOT_YET_SCORED = "Waiting to be scored."
_KEPT_OF_AN_ENTRY = ("unit_id", "admitted_at", "discharged_at", "waits_for_score")


@dataclass(frozen=True)
class TakenIn:
    """What became of a report. Without a prediction `not_scored` says why; where that may pass, a worker tries again."""

    encounter: Encounter
    prediction: Prediction | None
    is_new: bool
    changed: bool
    is_stale: bool = False
    not_scored: PredictionError | None = None


def take_in(
    *,
    report: StayReport,
    units: Collection[CareUnit],
    by: User | None,
    told_at: datetime | None = None,
    if_version: int | None = None,
    score_now: bool = True,
) -> TakenIn:
    """Keep a stay and score it; errors as clinical.intake.recording.record. The same report again is answered the same."""
    is_answered_after_another_commit = score_now and not connection.in_atomic_block
    with scope_of_the_system():
        if is_answered_after_another_commit:
            durable_with_the_next_commit()
        recorded = recording.record(report=report, units=units, by=by, told_at=told_at, if_version=if_version)
        if recorded.changed:
            _owe_a_score(recorded.encounter)
            if not score_now:
                transaction.on_commit(partial(_hint, recorded.encounter.pk))
    if recorded.is_stale or not score_now:
        return _told(recorded, None, None)
    return _scored(recorded)


def score_now(encounter: Encounter) -> TakenIn:
    """A score of what is known now, or the reason why there is none."""
    return _scored(Recorded(encounter, is_new=False, changed=False))


def cancel_admission(*, visit_number: str, units: Collection[CareUnit], by: User | None, told_at: datetime | None) -> Recorded:
    """The stay never was: its scores are void, and the worklist forgets it."""
    with scope_of_the_system():
        recorded = recording.cancel_admission(visit_number=visit_number, units=units, by=by, told_at=told_at)
        if recorded.changed:
            _void(recorded.encounter, VoidReason.ENTERED_IN_ERROR)
            WorklistEntry.objects.filter(encounter=recorded.encounter).delete()
    return recorded


def cancel_discharge(*, visit_number: str, units: Collection[CareUnit], by: User | None, told_at: datetime | None) -> Recorded:
    """The patient stays: the scores of the discharge are void, and the stay is scored anew as it stands."""
    with scope_of_the_system():
        recorded = recording.cancel_discharge(visit_number=visit_number, units=units, by=by, told_at=told_at)
        if recorded.changed:
            _void(recorded.encounter, VoidReason.DISCHARGE_CANCELLED)
            WorklistEntry.objects.filter(encounter=recorded.encounter).update(
                prediction=None, risk_probability=None, band="", reasons=[], not_scored_reason=NOT_YET_SCORED
            )
            _owe_a_score(recorded.encounter)
            transaction.on_commit(partial(_hint, recorded.encounter.pk))
    return recorded


def _scored(recorded: Recorded) -> TakenIn:
    try:
        return _told(recorded, score(recorded.encounter), None)
    except PredictionError as error:
        return _told(recorded, None, error)


def _told(recorded: Recorded, prediction: Prediction | None, error: PredictionError | None) -> TakenIn:
    return TakenIn(
        encounter=recorded.encounter, prediction=prediction, is_new=recorded.is_new, changed=recorded.changed,
        is_stale=recorded.is_stale, not_scored=error,
    )  # fmt: skip


def _owe_a_score(encounter: Encounter) -> None:
    """The list shows the stay at once, without a score or with the last one, and a worker knows what is owed."""
    row = WorklistEntry(
        encounter=encounter, unit_id=encounter.unit_id, admitted_at=encounter.admitted_at,
        discharged_at=encounter.discharged_at, not_scored_reason=NOT_YET_SCORED, waits_for_score=True,
    )  # fmt: skip
    rows.put(row, one_each="encounter_id", changes=_KEPT_OF_AN_ENTRY)


def _void(encounter: Encounter, reason: VoidReason) -> None:
    void = PredictionVoid.objects.filter(prediction=OuterRef("pk"), taken_back_at__isnull=True)
    standing = Prediction.objects.filter(~Exists(void), encounter=encounter)
    now = timezone.now()
    PredictionVoid.objects.bulk_create(
        [PredictionVoid(prediction=prediction, reason=reason, voided_at=now) for prediction in standing]
    )


def _hint(encounter_id: int) -> None:
    from predictions.tasks import score_encounter  # noqa: PLC0415  tasks stand above the verbs

    outbox.hint(partial(score_encounter.apply_async, (encounter_id,), retry=False))
