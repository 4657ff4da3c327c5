"""Celery's door to jobs: working on them, going on where somebody stopped, forgetting them."""

from __future__ import annotations

from functools import partial

import structlog
from celery import shared_task

from clinical import outbox

log = structlog.get_logger(__name__)


@shared_task
def work_on_job(job_id: int) -> None:
    """Work on a job until it is done, somebody cancels it, or another worker should have a turn."""
    from predictions.api.job_work import work_on  # noqa: PLC0415  who queues a task need not know how

    if work_on(job_id):
        hint_job(job_id)


@shared_task
def continue_jobs() -> None:
    """Whatever nobody works on: after a kill, or a hint that was lost."""
    from predictions.api.job_work import free_ids  # noqa: PLC0415  see above

    for job_id in free_ids():
        work_on_job.delay(job_id)


@shared_task
def forget_jobs() -> None:
    """What was sent and answered is deleted when it is old enough."""
    from predictions.api.job_store import forget_old  # noqa: PLC0415  see above

    log.info("forgot jobs", count=forget_old())


def hint_job(job_id: int) -> None:
    outbox.hint(partial(work_on_job.apply_async, (job_id,), retry=False))
