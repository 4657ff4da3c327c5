"""Celery's door to scoring. Tasks take ids and may run twice: the same inputs give the same prediction."""

from __future__ import annotations

import structlog
from celery import shared_task

from clinical.access import scope_of_the_system
from clinical.models import Encounter
from predictions.api import tasks as _api_tasks  # noqa: F401  so that every worker knows them
from predictions.errors import PredictionError
from predictions.hl7v2 import tasks as _hl7v2_tasks  # noqa: F401  so that every worker knows them
from predictions.upload import tasks as _upload_tasks  # noqa: F401  so that every worker knows them

log = structlog.get_logger(__name__)
MOST_AT_ONCE = 5_000


@shared_task
def score_encounter(encounter_id: int) -> None:
    """Score one encounter; a refusal is written on the worklist and not raised, so that it is not tried for ever."""
    from predictions.scoring import score  # noqa: PLC0415  who queues a task need not load a model

    with scope_of_the_system():
        encounter = Encounter.objects.get(pk=encounter_id)
    try:
        score(encounter)
    except PredictionError as error:
        log.info("left for later", reason=error.code, may_pass=error.may_pass)


@shared_task
def score_waiting() -> None:
    """Score what waits and what has never been looked at, a bounded number at a time."""
    from predictions.batch import score_waiting as score_batch  # noqa: PLC0415  see above

    report = score_batch(most=MOST_AT_ONCE)
    log.info("scored what waited", scored=report.scored, refused=report.refused)
