"""Celery's door to files: looking at them, taking them in, and scoring what came in."""

from __future__ import annotations

from functools import partial

import structlog
from celery import shared_task

from clinical import outbox

log = structlog.get_logger(__name__)
SCORED_AT_ONCE = 5_000
MOST_ROUNDS = 200


@shared_task
def work_on_upload(upload_id: int) -> None:
    """Look at a file or take it in, whichever its row asks for."""
    from predictions.upload.keeping import work_on  # noqa: PLC0415  who queues a task need not know how

    work_on(upload_id)


@shared_task
def continue_uploads() -> None:
    """Whatever waits: after a kill, or a hint that was lost. One that somebody works on is left to them."""
    from predictions.upload.keeping import waiting_ids  # noqa: PLC0415  see above

    for upload_id in waiting_ids():
        work_on_upload.delay(upload_id)


@shared_task
def forget_uploads() -> None:
    """Files that are old enough are deleted."""
    from predictions.upload.keeping import forget_old  # noqa: PLC0415  see above

    log.info("forgot uploads", count=forget_old())


@shared_task
def score_imported() -> None:
    """Score what waits until nothing does; several workers share the work, and the schedule does it where this was lost."""
    from predictions.batch import score_waiting  # noqa: PLC0415  who queues a task need not load a model

    for _round in range(MOST_ROUNDS):
        report = score_waiting(most=SCORED_AT_ONCE)
        log.info("scored what came in by a file", scored=report.scored, refused=report.refused)
        if not report.scored + report.refused:
            return


def hint_scores() -> None:
    outbox.hint(partial(score_imported.apply_async, retry=False))


def hint_work(upload_id: int) -> None:
    outbox.hint(partial(work_on_upload.apply_async, (upload_id,), retry=False))
