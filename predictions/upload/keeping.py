"""Uploads on their way: a file is received in pieces, looked at, taken in on somebody's word, and forgotten.

Who: clinicians, each for the wards that they belong to. A file holds patients, and an administrator sees none; a role of
its own would have to see the wards' patients too, to be shown what would be stored. So whoever may read a ward's
patients may bring some in, and nobody reads another's upload.

An upload's row is its queue: its state says what a worker has to do, the row's lock who is doing it. Pieces of the file
lie in the database, where every process reaches them and row-level security stands over them; they are deleted in the
transaction of the import.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from redis.exceptions import RedisError

from clinical import audit
from clinical.access import scope_of_the_system
from clinical.models import CareUnit, User
from clinical.models.staff import Role
from predictions.models import Upload, UploadFindings, UploadPart, UploadState
from predictions.models.upload import WORK_STATES
from predictions.upload import preview
from predictions.upload.errors import FileRefusedError, RowsRefusedError, TooManyUploadsError
from predictions.upload.importing import Report, Source, look, take_in_file

PART_BYTES = 256 * 1024
LOOKED_AT_ON_THE_SPOT_BYTES = 2**20
MOST_KEPT = 20
MOST_ATTEMPTS = 3
PROGRESS_SECONDS = 3600
GIVEN_UP = "The file could not be worked on, three times over. Tell whoever runs Wardlight, and upload it again."


def begin(*, by: User) -> Upload:
    """An upload that has no bytes yet."""
    with_file = Upload.objects.filter(uploaded_by=by, state__in=(*WORK_STATES, UploadState.CHECKED))
    if with_file.count() >= MOST_KEPT:
        raise TooManyUploadsError
    return Upload.objects.create(uploaded_by=by, unit_ids=[unit.pk for unit in units_of(by)])


def add_part(upload: Upload, place: int, content: bytes) -> None:
    UploadPart.objects.create(upload=upload, place=place, content=content)


def received(upload: Upload, *, bytes_count: int) -> None:
    """All is here. A small file is looked at on the spot, so that its preview is the next page; others wait for a worker."""
    upload.bytes_count = bytes_count
    upload.save(update_fields=["bytes_count"])
    _audit(upload, "upload.received", bytes=bytes_count)
    if bytes_count <= LOOKED_AT_ON_THE_SPOT_BYTES:
        _work(upload)
    else:
        transaction.on_commit(partial(_hint, upload.pk))


def units_of(user: User) -> list[CareUnit]:
    """The wards that this person's files may write to."""
    return user.units_as(Role.CLINICIAN)


def ask_for_import(upload: Upload, *, accept_valid: bool) -> bool:
    """False where the upload no longer waits for a word. Compare-and-set: a second press changes nothing."""
    waits = Upload.objects.filter(pk=upload.pk, state=UploadState.CHECKED)
    asked = waits.update(state=UploadState.IMPORTING, accepts_valid=accept_valid, attempts=0, problem="")
    if asked:
        _audit(upload, "upload.import_asked", accept_valid=accept_valid)
        transaction.on_commit(partial(_hint, upload.pk))
    return bool(asked)


def discard(upload: Upload) -> bool:
    """The file goes now. Not while a worker has it."""
    waits = Upload.objects.filter(pk=upload.pk, forgotten_at__isnull=True).exclude(state=UploadState.IMPORTING)
    state = upload.state if upload.state in {UploadState.IMPORTED, UploadState.REFUSED} else UploadState.DISCARDED
    if not waits.update(state=state, forgotten_at=timezone.now()):
        return False
    _forget_contents([upload.pk])
    _audit(upload, "upload.discarded")
    return True


def work_on(upload_id: int) -> None:
    """Do what the upload's state asks for. Whoever else has it goes on; one that fails three times is given up."""
    with scope_of_the_system():
        upload = _held(upload_id)
        if upload is None:
            return
        upload.attempts += 1
        upload.save(update_fields=["attempts"])
        if upload.attempts > MOST_ATTEMPTS:
            _refuse(upload, GIVEN_UP)
            return
    with scope_of_the_system():
        upload = _held(upload_id)
        if upload is not None:
            _work(upload)


def _held(upload_id: int) -> Upload | None:
    """The upload, locked until the transaction ends; None where nothing waits, or somebody else has it."""
    waiting = Upload.objects.filter(pk=upload_id, state__in=WORK_STATES, bytes_count__gt=0)
    return waiting.select_related("uploaded_by").select_for_update(skip_locked=True, of=("self",)).first()


def _work(upload: Upload) -> None:
    work = _check if upload.state == UploadState.CHECKING else _import
    try:
        work(upload, _source(upload))
    except FileRefusedError as refused:
        _refuse(upload, str(refused))


def forget_old() -> int:
    """Delete the contents of uploads that are old enough; what they counted stays."""
    with scope_of_the_system():
        old = timezone.now() - timedelta(hours=settings.UPLOAD_KEEP_HOURS)
        uploads = Upload.objects.select_for_update(skip_locked=True).filter(received_at__lt=old, forgotten_at__isnull=True)
        found = list(uploads)
        for upload in found:
            is_over = upload.state in {UploadState.IMPORTED, UploadState.REFUSED}
            upload.state = upload.state if is_over else UploadState.DISCARDED
            upload.forgotten_at = timezone.now()
            upload.save(update_fields=["state", "forgotten_at"])
        _forget_contents([upload.pk for upload in found])
        if found:
            audit.record(actor=None, verb="uploads.forgotten", detail={"uploads": len(found)})
    return len(found)


def waiting_ids() -> list[int]:
    with scope_of_the_system():
        return list(Upload.objects.filter(state__in=WORK_STATES, bytes_count__gt=0).values_list("pk", flat=True))


def rows_done(upload: Upload) -> int:
    """How many rows the worker has read so far; 0 where nobody can say."""
    with contextlib.suppress(RedisError, OSError):
        return int(cache.get(_progress_key(upload.pk)) or 0)
    return 0


def _check(upload: Upload, source: Source) -> None:
    _found(upload, look(source))
    upload.state, upload.attempts = UploadState.CHECKED, 0
    upload.save()


def _import(upload: Upload, source: Source) -> None:
    try:
        report = take_in_file(source, by=upload.uploaded_by, accept_valid=upload.accepts_valid, subject_id=upload.public_id)
    except RowsRefusedError as refused:
        _found(upload, refused.report)
        upload.state, upload.attempts, upload.problem = UploadState.CHECKED, 0, str(refused)
        upload.save()
        return
    _found(upload, report)
    upload.state, upload.finished_at = UploadState.IMPORTED, timezone.now()
    upload.save()
    UploadPart.objects.filter(upload=upload).delete()


def _refuse(upload: Upload, problem: str) -> None:
    upload.state, upload.problem = UploadState.REFUSED, problem[:300]
    upload.finished_at = upload.forgotten_at = timezone.now()
    upload.save()
    _forget_contents([upload.pk])
    _audit(upload, "upload.refused")


def _found(upload: Upload, report: Report) -> None:
    upload.kind, upload.sha256 = report.kind, report.sha256
    upload.rows_count, upload.refused_count, upload.faults_count = report.rows, report.refused, report.faults_found
    upload.new_count, upload.changed_count = report.counts.new, report.counts.changed
    upload.unchanged_count, upload.stale_count = report.counts.unchanged, report.counts.stale
    findings = {"faults": report.faults, "sample": preview.lines(report.sample), "ignored": report.ignored}
    UploadFindings.objects.update_or_create(upload=upload, defaults=findings)


def _source(upload: Upload) -> Source:
    """The wards are those that the person has now, and had when the file came."""
    units = [unit for unit in units_of(upload.uploaded_by) if unit.pk in upload.unit_ids]
    return Source(partial(_parts, upload.pk), units, on_rows=partial(_tell, upload.pk))


def _parts(upload_id: int) -> Iterator[bytes]:
    place = 0
    while content := UploadPart.objects.filter(upload_id=upload_id, place=place).values_list("content", flat=True).first():
        yield bytes(content)
        place += 1


def _tell(upload_id: int, rows: int) -> None:
    with contextlib.suppress(RedisError, OSError):
        cache.set(_progress_key(upload_id), rows, PROGRESS_SECONDS)


def _progress_key(upload_id: int) -> str:
    return f"upload-rows:{upload_id}"


def _forget_contents(upload_ids: list[int]) -> None:
    UploadPart.objects.filter(upload__in=upload_ids).delete()
    UploadFindings.objects.filter(upload__in=upload_ids).delete()


def _audit(upload: Upload, verb: str, **detail: Any) -> None:
    audit.record(actor=upload.uploaded_by, verb=verb, subject_type="upload", subject_id=upload.public_id, detail=detail)


def _hint(upload_id: int) -> None:
    from predictions.upload.tasks import hint_work  # noqa: PLC0415  tasks stand above the verbs

    hint_work(upload_id)
