"""Celery's door to the life of models. Tasks take ids, and may run twice."""

from __future__ import annotations

import structlog
from celery import shared_task

from mlops.errors import RunInFlightError

log = structlog.get_logger(__name__)


@shared_task
def take_step(run_id: int) -> None:
    """One step of a run, and the next one after it; whoever else has it goes on."""
    from mlops.pipeline.taking import take_step as take  # noqa: PLC0415  who queues a task need not load a learner

    if take(run_id):
        take_step.delay(run_id)


@shared_task
def continue_runs() -> None:
    """Every run that is due and that nobody holds: after a kill, a pause, or a hint that was lost."""
    from mlops.models import TrainingRun  # noqa: PLC0415  see above

    for run_id in TrainingRun.objects.to_continue().values_list("pk", flat=True):
        take_step.delay(run_id)


@shared_task
def retrain_weekly() -> None:
    """Once a week, however many schedulers ask, and however often."""
    from mlops.scheduling import start_weekly  # noqa: PLC0415  see above

    try:
        start_weekly()
    except RunInFlightError as busy:
        log.info("weekly retraining waits", reason=str(busy))
