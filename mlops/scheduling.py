"""Starting and cancelling training runs. PostgreSQL allows one in flight, and one run ever for each trigger's key."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from clinical import audit, outbox
from clinical.models import User
from mlops.errors import CancelRefusedError, RunInFlightError
from mlops.models import RunState, RunTrigger, TrainingRun
from predictions.models import MODEL_NAME

_ONE_IN_FLIGHT = "run_one_in_flight_for_each_model"
DEFAULTS: dict[str, Any] = {
    "source": "database", "dataset": None, "protocol": "T", "engine": "boosted", "parameters": {},
    "table_version": None,
}  # fmt: skip


def start(
    *, trigger: RunTrigger, requested_by: User | None = None, reason: str = "", trigger_key: str | None = None,
    specification: dict[str, Any] | None = None, hint: bool = True,
) -> TrainingRun | None:  # fmt: skip
    """A new run; None where this key has started one before. RunInFlightError while another is in flight."""
    wanted = DEFAULTS | {"gate": settings.GATE_PROFILE, "seed": settings.RUN_SEED} | (specification or {})
    run = TrainingRun(
        model_name=MODEL_NAME, trigger=trigger, trigger_key=trigger_key, requested_by=requested_by, reason=reason[:300],
        backend=settings.TRAINING, specification=wanted,
    )  # fmt: skip
    with transaction.atomic():
        try:
            with transaction.atomic():
                run.save(force_insert=True)
        except IntegrityError as refused:
            if _violated(refused) == _ONE_IN_FLIGHT:
                raise RunInFlightError from refused
            return None
        run.say(f"Asked for by {requested_by or 'the system'} ({run.get_trigger_display().lower()}). {reason}".strip())
        detail = {"trigger": str(trigger), "backend": run.backend, "seed": wanted["seed"], "source": wanted["source"]}
        audit.record(
            actor=requested_by, verb="run.started", subject_type="training_run", subject_id=run.public_id, detail=detail
        )
        if hint:
            transaction.on_commit(_tell_workers)
    return run


def cancel(run: TrainingRun, *, by: User) -> None:
    """Ask that the run ends; whoever takes its next step, or is training, sees it."""
    with transaction.atomic():
        run = TrainingRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if not run.is_in_flight:
            msg = f"{run} is {run.get_state_display().lower()}: there is nothing to cancel."
            raise CancelRefusedError(msg)
        if run.cancel_asked_at:
            return
        run.cancel_asked_at, run.cancel_asked_by = timezone.now(), by
        if run.state == RunState.WAITING:
            run.state, run.ended_at, run.failure = RunState.CANCELLED, run.cancel_asked_at, f"Cancelled by {by}."
        run.due_at = run.cancel_asked_at
        run.save()
        run.say(f"{by} asked to cancel it.")
        audit.record(actor=by, verb="run.cancel_asked", subject_type="training_run", subject_id=run.public_id)
        transaction.on_commit(_tell_workers)


def _violated(refused: IntegrityError) -> str:
    return str(getattr(getattr(refused.__cause__, "diag", None), "constraint_name", ""))


def _tell_workers() -> None:
    from mlops.tasks import continue_runs  # noqa: PLC0415  tasks stand above the verbs

    outbox.hint(partial(continue_runs.apply_async, retry=False))


def start_weekly(now: datetime | None = None) -> TrainingRun | None:
    """The week's run, once: its key is the week's own, so that two schedulers, or one that was late, make one run."""
    now = now or timezone.now()
    year, week, _ = now.isocalendar()
    return start(trigger=RunTrigger.SCHEDULE, trigger_key=f"week:{year}-{week:02}", reason=f"Week {week} of {year}.")
