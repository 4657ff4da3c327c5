"""Working on a job: a part at a time, each stored, scored and answered before the next, by one worker at a time.

Who was killed in the middle of a part leaves a job that is free again in a minute or two. Its part is done again, which
changes nothing: the same stay told twice is one stay.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import structlog
from django.db.models import F
from django.utils import timezone

from clinical import audit
from clinical.access import scope_of_the_system
from clinical.models import CareUnit
from predictions.api.batches import told_of
from predictions.api.batching import take_in_all
from predictions.api.lines import read_line
from predictions.api.reading import ShapeRefusedError
from predictions.models import EncounterJob, EncounterJobPart, JobState

HOLD = timedelta(seconds=120)
A_TURN_SECONDS = 300.0
MOST_ATTEMPTS = 8
REFUSED = 422
log = structlog.get_logger(__name__)


def free_ids() -> list[int]:
    with scope_of_the_system():
        return list(EncounterJob.objects.free(timezone.now()).order_by("received_at").values_list("pk", flat=True))


def work_on(job_id: int) -> bool:
    """Returns whether something is left to do. Nothing happens where another worker holds the job."""
    held_until = _taken(job_id)
    if held_until is None:
        return False
    end_of_turn = time.monotonic() + A_TURN_SECONDS
    while held_until is not None:
        part = _next_part(job_id)
        if part is None:
            _end(job_id)
            return False
        if time.monotonic() > end_of_turn:
            _let_go(job_id, held_until)
            return True
        held_until = _done(part, held_until)
    return False


def _taken(job_id: int) -> datetime | None:
    """Compare-and-set: one of two workers goes on. A job that is begun too often is given up."""
    now = timezone.now()
    held_until = now + HOLD
    with scope_of_the_system():
        free = EncounterJob.objects.free(now).filter(pk=job_id)
        if free.filter(attempts__gte=MOST_ATTEMPTS).update(state=JobState.FAILED, finished_at=now):
            log.critical("a job was given up", reason="begun too often")
            return None
        taken = free.update(held_until=held_until, state=JobState.RUNNING, attempts=F("attempts") + 1)
        EncounterJob.objects.filter(pk=job_id, started_at__isnull=True).update(started_at=now)
    return held_until if taken else None


def _next_part(job_id: int) -> EncounterJobPart | None:
    """None where all is done, or somebody has cancelled."""
    with scope_of_the_system():
        parts = EncounterJobPart.objects.filter(job=job_id, job__cancel_asked_at__isnull=True, done_at__isnull=True)
        return parts.select_related("job__client").order_by("number").first()


def _done(part: EncounterJobPart, held_until: datetime) -> datetime | None:
    """The part's answers, kept if the job is still held by this worker; returns until when it is held then."""
    units = list(CareUnit.objects.filter(pk__in=part.job.unit_ids, is_open=True))
    bodies = [_read(line) for line in part.lines.split("\n")]
    items = take_in_all(bodies, units=units, by=part.job.client, first=part.first_line)
    told = [told_of(item) for item in items]
    refused = sum(item.status == REFUSED for item in told)
    now = timezone.now()
    with scope_of_the_system():
        held = EncounterJob.objects.filter(pk=part.job_id, held_until=held_until)
        changed = held.update(
            held_until=now + HOLD, attempts=1, done_count=F("done_count") + len(told),
            stored_count=F("stored_count") + len(told) - refused, refused_count=F("refused_count") + refused,
        )  # fmt: skip
        if not changed:
            return None
        answers = "".join(f"{item.model_dump_json()}\n" for item in told)
        EncounterJobPart.objects.filter(pk=part.pk).update(answers=answers, lines="", done_at=now)
    return now + HOLD


def _read(line: str) -> object:
    """What cannot be read carries its refusal to where all others are refused."""
    try:
        return read_line(line)
    except ShapeRefusedError as refused:
        return refused


def _end(job_id: int) -> None:
    now = timezone.now()
    with scope_of_the_system():
        running = EncounterJob.objects.filter(pk=job_id, state=JobState.RUNNING)
        ended = running.filter(cancel_asked_at__isnull=True).update(state=JobState.DONE, finished_at=now, held_until=None)
        ended += running.update(state=JobState.CANCELLED, finished_at=now, held_until=None)
        if ended:
            job = EncounterJob.objects.get(pk=job_id)
            detail = {"stored": job.stored_count, "refused": job.refused_count, "state": job.state}
            audit.record(actor=None, verb="job.ended", subject_type="job", subject_id=job.public_id, detail=detail)


def _let_go(job_id: int, held_until: datetime) -> None:
    with scope_of_the_system():
        EncounterJob.objects.filter(pk=job_id, held_until=held_until).update(held_until=None, attempts=0)
