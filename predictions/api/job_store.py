"""Jobs as rows: received line by line, read back part by part, forgotten after a week. Nothing is ever held whole."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from typing import Protocol

from django.db import transaction
from django.utils import timezone

from clinical import audit
from clinical.access import scope_of_the_system, scope_of_units
from clinical.errors import ClinicalError
from clinical.models import CareUnit, User
from predictions.models import EncounterJob, EncounterJobPart, JobState
from predictions.models.encounter_job import KEPT

LINES_OF_A_PART = 500
LONGEST_LINE_BYTES = 65_536
MOST_BYTES = 2 * 2**30
READ_BYTES = 65_536
MOST_OPEN = 20
NO_JSON = "\x01"


class Stream(Protocol):
    """A request's body."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...


class JobRefusedError(ClinicalError):
    """The body holds no line; nothing was stored."""

    code = "job_refused"
    status = 422


class LineTooLongError(JobRefusedError):
    """A line is longer than any stay; nothing was stored."""

    code = "line_too_long"
    status = 413


class JobTooLargeError(JobRefusedError):
    """The body is larger than is taken here; nothing was stored."""

    code = "job_too_large"
    status = 413


class TooManyJobsError(ClinicalError):
    """Too many jobs of this client are open; wait until one is done."""

    code = "too_many_jobs"
    status = 409


class JobNotDoneError(ClinicalError):
    """The job goes on; its result can be read when it has ended."""

    code = "job_not_done"
    status = 409


class JobForgottenError(ClinicalError):
    """The job's result was deleted."""

    code = "job_forgotten"
    status = 410


def receive(stream: Stream, *, units: Collection[CareUnit], by: User) -> EncounterJob:
    """Keep all lines, or none: whoever stops sending halfway has sent nothing."""
    with scope_of_units(units):
        if EncounterJob.objects.open().filter(client=by).count() >= MOST_OPEN:
            raise TooManyJobsError
        job = EncounterJob.objects.create(client=by, unit_ids=sorted(unit.pk for unit in units))
        for number, (first, lines) in enumerate(_parts(_lines(stream, job))):
            EncounterJobPart.objects.create(job=job, number=number, first_line=first, lines="\n".join(lines))
            job.lines_count += len(lines)
        if not job.lines_count:
            raise JobRefusedError
        job.save(update_fields=["lines_count", "bytes_count"])
        detail = {"lines": job.lines_count, "bytes": job.bytes_count}
        audit.record(actor=by, verb="job.received", subject_type="job", subject_id=job.public_id, detail=detail)
        transaction.on_commit(partial(_hint, job.pk))
    return job


def cancel(job: EncounterJob, *, by: User) -> EncounterJob:
    """What is stored stays stored; nothing is begun any more. In the scope of whoever asks."""
    now = timezone.now()
    asked = EncounterJob.objects.open().filter(pk=job.pk, cancel_asked_at__isnull=True).update(cancel_asked_at=now)
    if asked:
        # nobody works on it: nobody will end it, so it ends here
        EncounterJob.objects.free(now).filter(pk=job.pk).update(state=JobState.CANCELLED, finished_at=now)
        audit.record(actor=by, verb="job.cancelled", subject_type="job", subject_id=job.public_id)
    job.refresh_from_db()
    return job


def answers(job: EncounterJob, *, units: Collection[CareUnit]) -> Iterator[str]:
    """The result file, a part at a time, each read in a scope of its own: a slow reader holds no transaction."""
    number = -1
    while True:
        with scope_of_units(units):
            part = job.parts.filter(number__gt=number, done_at__isnull=False).order_by("number").defer("lines").first()
        if part is None:
            return
        number = part.number
        yield part.answers


def forget_old() -> int:
    """Delete what was sent and answered of jobs that have expired; an open one has been given up by then."""
    with scope_of_the_system():
        old = EncounterJob.objects.filter(received_at__lt=timezone.now() - KEPT, forgotten_at__isnull=True)
        ids = list(old.values_list("pk", flat=True))
        EncounterJobPart.objects.filter(job__in=ids).delete()
        now = timezone.now()
        EncounterJob.objects.open().filter(pk__in=ids).update(state=JobState.FAILED, finished_at=now)
        EncounterJob.objects.filter(pk__in=ids).update(forgotten_at=now)
        if ids:
            audit.record(actor=None, verb="jobs.forgotten", subject_type="job", detail={"jobs": len(ids)})
    return len(ids)


def _lines(stream: Stream, job: EncounterJob) -> Iterator[str]:
    """Lines without their ends; empty ones are left out."""
    held = b""
    while chunk := stream.read(READ_BYTES):
        job.bytes_count += len(chunk)
        if job.bytes_count > MOST_BYTES:
            raise JobTooLargeError
        *whole, held = (held + chunk).split(b"\n")
        if len(held) > LONGEST_LINE_BYTES or any(len(line) > LONGEST_LINE_BYTES for line in whole):
            raise LineTooLongError
        yield from (_text(line) for line in whole if line.strip())
    if held.strip():
        yield _text(held)


def _text(line: bytes) -> str:
    """What is no UTF-8, and what PostgreSQL cannot keep, stays what no JSON is: it is refused where the line is read."""
    try:
        return line.strip().decode().replace("\0", NO_JSON)
    except UnicodeDecodeError:
        return NO_JSON


def _parts(lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    first, part = 1, list[str]()
    for line in lines:
        part.append(line)
        if len(part) == LINES_OF_A_PART:
            yield first, part
            first, part = first + len(part), []
    if part:
        yield first, part


def _hint(job_id: int) -> None:
    from predictions.api.tasks import hint_job  # noqa: PLC0415  tasks stand above the verbs

    hint_job(job_id)
