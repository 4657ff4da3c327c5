"""What an event brings about. Told three times, late or out of order, it brings it about once."""

from __future__ import annotations

from enum import StrEnum
from functools import partial

from django.utils import timezone

from clinical import outbox
from mlops import scheduling
from mlops.errors import RunInFlightError
from mlops.events.shapes import JOB_OF_A_RUN, Asked, LookAt, Retrain
from mlops.models import RunState, RunTrigger, TrainingRun


class Effect(StrEnum):
    """What became of an event; only BUSY has to come again."""

    STARTED = "started"
    DUPLICATE = "duplicate"
    OVERTAKEN = "overtaken"
    HINTED = "hinted"
    NOTHING = "nothing"
    BUSY = "busy"


def act(asked: Asked) -> Effect:
    """Committed when it returns."""
    if isinstance(asked, Retrain):
        return _retrain(asked)
    if isinstance(asked, LookAt):
        return _look(asked)
    return Effect.NOTHING


def _retrain(asked: Retrain) -> Effect:
    if TrainingRun.objects.filter(trigger_key=asked.key).exists():
        return Effect.DUPLICATE
    # a run that was begun after what the event tells of has learned from all that the event knew
    later = TrainingRun.objects.filter(created_at__gte=asked.at).exclude(state__in=(RunState.FAILED, RunState.CANCELLED))
    if later.exists():
        return Effect.OVERTAKEN
    try:
        run = scheduling.start(trigger=RunTrigger.EVENT, trigger_key=asked.key, reason=asked.reason)
    except RunInFlightError:
        return Effect.BUSY
    return Effect.DUPLICATE if run is None else Effect.STARTED


def _look(asked: LookAt) -> Effect:
    from mlops.tasks import continue_runs  # noqa: PLC0415  tasks stand above the verbs

    named = JOB_OF_A_RUN.match(asked.job)
    if named is None:
        return Effect.NOTHING
    due = TrainingRun.objects.in_flight().filter(public_id=named[1], held_until__isnull=True).update(due_at=timezone.now())
    if due:
        outbox.hint(partial(continue_runs.apply_async, retry=False))
    return Effect.HINTED if due else Effect.NOTHING
