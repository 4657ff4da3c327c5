"""Taking one step of a run: the step itself outside of any transaction, what it found and the next step in one.

A worker that is killed leaves the run where it was; the next one takes the same step again. A step that fails is tried
again a few times where that can help, and then the run ends with the reason in words.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from clinical import audit
from clinical.errors import ClinicalError
from mlops.errors import NotYet, OperationError
from mlops.models import RunState, RunStep, TrainingRun
from mlops.pipeline import holding
from mlops.pipeline.steps import step_called, stop
from predictions.errors import PredictionError

log = structlog.get_logger(__name__)
MOST_ATTEMPTS = 4
_PAUSE_SECONDS = 2.0
_REFUSALS = (OperationError, PredictionError, ClinicalError)


def take_step(run_id: int) -> float | None:
    """Take the run's next step, if it is due and nobody holds it. In how many seconds to come back; None for never."""
    run = holding.take(run_id)
    if run is None:
        return None
    ending = _ending(run)
    return _tried(run) if ending is None else _stopped(run, *ending)


def _ending(run: TrainingRun) -> tuple[RunState, str] | None:
    """Why the step is not taken at all."""
    if run.cancel_asked_at:
        return RunState.CANCELLED, f"Cancelled by {run.cancel_asked_by or 'the system'}."
    if run.attempts > MOST_ATTEMPTS:
        times = f"the worker did not survive it {MOST_ATTEMPTS} times"
        return RunState.FAILED, f"{run.get_step_display()}: given up, {times}."
    return None


def _stopped(run: TrainingRun, state: RunState, reason: str) -> float | None:
    """Ended, with what it left running elsewhere. Where that cannot be ended, a few times again; then the reason says so."""
    try:
        with holding.held(run):
            stop(run)
    except Exception as error:  # a run that nobody can end would keep every other from starting
        log.exception("training not ended", run_id=str(run.public_id))
        told = str(error) if isinstance(error, _REFUSALS) else f"unexpected failure ({type(error).__name__})"
        if run.attempts < MOST_ATTEMPTS and not (isinstance(error, _REFUSALS) and _is_permanent(error)):
            return _put_off(run, told)
        reason = f"{reason} What was training may go on to its end: {told}"
    return _end(run, state, reason)


def _tried(run: TrainingRun) -> float | None:
    try:
        with holding.held(run):
            finding = step_called(run.step)(run)
    except NotYet as later:
        return _look_again(run, later)
    except _REFUSALS as refusal:
        return _refused(run, str(refusal), permanent=_is_permanent(refusal))
    except Exception as error:  # whatever it was, the run must not hang: it is told and tried again
        log.exception("step failed", run_id=str(run.public_id), step=run.step)
        return _refused(run, f"unexpected failure ({type(error).__name__})", permanent=False)
    return _advance(run, finding)


def _is_permanent(refusal: Exception) -> bool:
    """A missing file or a store that is away may be there in a moment; data that cannot be learned from stay so."""
    if isinstance(refusal, PredictionError):
        return not refusal.may_pass
    return bool(getattr(refusal, "permanent", True))


def _advance(run: TrainingRun, finding: dict[str, Any]) -> float | None:
    with transaction.atomic():
        mine = _still_mine(run)
        if mine is None:
            return None
        done = RunStep(mine.step)
        mine.findings = {**mine.findings, done.value: finding}
        mine.step, mine.attempts = done.next, 0
        mine.progress_done, mine.progress_total = 0, 0
        mine.say(f"{done.label}: done.")
        if mine.step == RunStep.DONE:
            mine.state, mine.ended_at = _outcome(mine), timezone.now()
            mine.say(f"{mine.get_state_display()}.")
        _let_go(mine)
    return 0.0 if mine.is_in_flight else None


def _outcome(run: TrainingRun) -> RunState:
    return RunState.AWAITING_APPROVAL if run.found(RunStep.GATE).get("passed") else RunState.REFUSED


def _look_again(run: TrainingRun, later: NotYet) -> float | None:
    with transaction.atomic():
        mine = _still_mine(run)
        if mine is not None:
            mine.progress_done, mine.progress_total = later.done, later.total
            mine.attempts = 0
            mine.due_at = timezone.now() + timedelta(seconds=later.seconds)
            _let_go(mine)
    return later.seconds


def _refused(run: TrainingRun, reason: str, *, permanent: bool) -> float | None:
    if permanent or run.attempts >= MOST_ATTEMPTS:
        return _end(run, RunState.FAILED, f"{run.get_step_display()}: {reason}")
    return _put_off(run, reason)


def _put_off(run: TrainingRun, reason: str) -> float:
    pause: float = _PAUSE_SECONDS * 2**run.attempts
    with transaction.atomic():
        mine = _still_mine(run)
        if mine is not None:
            mine.due_at = timezone.now() + timedelta(seconds=pause)
            mine.say(f"{mine.get_step_display()}: {reason} Trying again.")
            _let_go(mine)
    return pause


def _end(run: TrainingRun, state: RunState, reason: str) -> float | None:
    with transaction.atomic():
        mine = _still_mine(run)
        if mine is None:
            return None
        mine.state, mine.failure, mine.ended_at = state, reason[:300], timezone.now()
        mine.say(reason)
        _let_go(mine)
        audit.record(
            actor=mine.cancel_asked_by, verb=f"run.{state}", subject_type="training_run", subject_id=mine.public_id,
            detail={"step": mine.step},
        )  # fmt: skip
    log.warning("run ended", run_id=str(run.public_id), state=str(state), step=run.step)
    return None


def _still_mine(run: TrainingRun) -> TrainingRun | None:
    """Locked until commit; None where our hold ran out and another worker has taken the step."""
    mine = TrainingRun.objects.select_for_update(of=("self",)).filter(pk=run.pk, held_by=run.held_by).first()
    if mine is None:
        log.warning("the hold had run out; what was found is not stored", run_id=str(run.public_id), step=run.step)
    return mine


def _let_go(run: TrainingRun) -> None:
    run.held_by, run.held_until = "", None
    run.save()
