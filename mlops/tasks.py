"""Celery's door to the life of models. Tasks take ids, and may run twice."""

from __future__ import annotations

import structlog
from celery import shared_task

from mlops import messages as _messages  # noqa: F401  so that every worker delivers them, as the ones below
from mlops.errors import RegisterUnavailableError, RunInFlightError
from mlops.notifications import delivery as _delivery  # noqa: F401
from mlops.register import handlers as _register_handlers  # noqa: F401

log = structlog.get_logger(__name__)


@shared_task
def take_step(run_id: int) -> None:
    """One step of a run, and the next one after it; whoever else has it goes on."""
    from mlops.pipeline.taking import take_step as take  # noqa: PLC0415  who queues a task need not load a learner

    seconds = take(run_id)
    if seconds is not None:
        take_step.apply_async((run_id,), countdown=seconds)


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


@shared_task
def reconcile_register() -> None:
    """The register agrees with PostgreSQL again, whatever was missed; where it is away, the next time."""
    from mlops.register.reconcile import reconcile  # noqa: PLC0415  see above

    try:
        reconcile()
    except RegisterUnavailableError as away:
        log.warning("register not reached", reason=str(away))


@shared_task
def score_in_the_shadow() -> None:
    """What candidates on trial say of the newest inputs; a bounded number at a time."""
    from mlops.shadow.scoring import score_open_trials  # noqa: PLC0415  see above

    scored = score_open_trials()
    log.info("scored in the shadow", scored=scored)


@shared_task
def watch_last_night() -> None:
    """What the versions at work predicted on the newest day that is over; a second time changes nothing."""
    from mlops.monitoring import nightly  # noqa: PLC0415  see above

    nightly.watch(nightly.last_night())


@shared_task
def look_for_trouble() -> None:
    """What nobody would see in time on a page opens an incident."""
    from mlops.troubles import look  # noqa: PLC0415  see above

    log.info("looked for trouble", opened=look())


@shared_task
def check_conformance(report_id: int) -> None:
    """Ask the site's own doors, and keep what they answered."""
    from mlops.conformance.reports import complete  # noqa: PLC0415  see above

    complete(report_id)
