"""Taking a file in: read, checked, staged and judged as a whole; then stored in one transaction, or only looked at.

Looking is the same work without the storing, so that a preview says what an import would do, also where a row's fault
lies in what is stored already. A file that was taken in before changes nothing: its stays are counted as unchanged.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from clinical import audit
from clinical.access import scope_of_the_system
from clinical.intake import many
from clinical.intake.many import Counts, OvertakenError, StagedStay, Stored
from clinical.models import CareUnit, User
from predictions.intake import NOT_YET_SCORED
from predictions.upload.checking import Checker
from predictions.upload.errors import FileRefusedError, RowsRefusedError
from predictions.upload.reading import Table, open_table

SAMPLE_ROWS = 10
LONGEST_FOUND = 80
MOST_FAULTS = 20_000
TRIES = 3
ROWS_BETWEEN_TELLING = 1_000
Chunks = Callable[[], Iterable[bytes]]  # the file from its beginning, as often as it is asked for
Fault = tuple[int, str, str, str]  # line, column, reason, value as found
_NOBODY = Counts(0, 0, 0, 0, 0)


@dataclass(frozen=True)
class Source:
    """A file, the wards that its sender may write to, and who is told how many rows have been read."""

    chunks: Chunks
    units: Sequence[CareUnit]
    kind: str = ""
    on_rows: Callable[[int], object] = lambda _rows: None


@dataclass
class Report:
    """What a file holds and what became of it. `faults` are the reasons of the refused rows, by line, at most MOST_FAULTS."""

    kind: str = ""
    rows: int = 0
    refused: int = 0
    counts: Counts = _NOBODY
    faults: list[Fault] = field(default_factory=list)
    faults_found: int = 0
    ignored: list[str] = field(default_factory=list)
    sample: list[dict[str, Any]] = field(default_factory=list)
    sha256: str = ""
    is_stored: bool = False

    @property
    def good(self) -> int:
        return self.rows - self.refused


def look(source: Source) -> Report:
    """What an import would do; FileRefusedError where the file as a whole cannot be read. Nothing is stored."""
    with scope_of_the_system():
        return _judged(source, for_update=False)


def take_in_file(source: Source, *, by: User | None, accept_valid: bool, subject_id: object = "") -> Report:
    """Store the good rows, all together; RowsRefusedError where rows are refused and `accept_valid` is not set.

    The scores that are owed then are made by the workers.
    """
    for _try in range(TRIES - 1):
        with contextlib.suppress(OvertakenError):
            return _stored(source, by=by, accept_valid=accept_valid, subject_id=subject_id)
    return _stored(source, by=by, accept_valid=accept_valid, subject_id=subject_id)


def _stored(source: Source, *, by: User | None, accept_valid: bool, subject_id: object) -> Report:
    with scope_of_the_system():
        report = _judged(source, for_update=True)
        if report.refused and not accept_valid:
            raise RowsRefusedError(report)
        stored = many.store(expected=report.counts)
        _owe_scores(stored)
        report.is_stored = True
        detail = _detail(report)
        audit.record(actor=by, verb="encounters.imported", subject_type="upload", subject_id=str(subject_id), detail=detail)
        if stored.added or stored.corrected:
            transaction.on_commit(_hint)
    return report


def _judged(source: Source, *, for_update: bool) -> Report:
    report, digest = Report(), hashlib.sha256()
    table = open_table(_bounded(source.chunks(), digest), kind=source.kind)
    checker = Checker(kind=table.kind, units={unit.code: unit.pk for unit in source.units})
    many.stage(_good(table, checker, report, source.on_rows))
    report.counts, among = many.judge(unit_ids=[unit.pk for unit in source.units], for_update=for_update)
    report.refused += len({fault.line for fault in among})
    _keep_faults(report, [(fault.line, fault.field, fault.message, "") for fault in among])
    report.faults.sort()
    report.kind, report.sha256, report.ignored = table.kind, digest.hexdigest(), sorted(table.ignored)
    report.sample = many.sample(most=SAMPLE_ROWS)
    return report


def _good(table: Table, checker: Checker, report: Report, on_rows: Callable[[int], object]) -> Iterator[StagedStay]:
    for row in table.rows:
        report.rows += 1
        if report.rows > settings.UPLOAD_MOST_ROWS:
            msg = f"The file has more than {settings.UPLOAD_MOST_ROWS:,} rows; split it."
            raise FileRefusedError(msg)
        stay = checker.stay(row)
        if stay is None:
            report.refused += 1
            _keep_faults(report, row.faults)
        else:
            yield stay
        if report.rows % ROWS_BETWEEN_TELLING == 0:
            on_rows(report.rows)


def _keep_faults(report: Report, faults: list[Fault]) -> None:
    """All are counted, and so many of them kept as somebody could read."""
    report.faults_found += len(faults)
    room = MOST_FAULTS - len(report.faults)
    report.faults += [(line, column, reason, found[:LONGEST_FOUND]) for line, column, reason, found in faults[:room]]


def _bounded(chunks: Iterable[bytes], digest: Any) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > settings.UPLOAD_MOST_BYTES:
            msg = f"The file is larger than {settings.UPLOAD_MOST_BYTES // 2**20:,} MiB; split it."
            raise FileRefusedError(msg)
        digest.update(chunk)
        yield chunk


def _owe_scores(stored: Stored) -> None:
    """As intake does for one: the list shows the stays at once, without a score or with the last one."""
    with connection.cursor() as cursor:
        cursor.execute(_OWE, {"reason": NOT_YET_SCORED, "ids": [*stored.added, *stored.corrected]})


def _detail(report: Report) -> dict[str, object]:
    counts = report.counts
    return {
        "format": report.kind, "file_sha256": report.sha256, "rows": report.rows, "refused": report.refused, "new": counts.new,
        "changed": counts.changed, "unchanged": counts.unchanged, "stale": counts.stale, "patients_new": counts.patients_new,
    }  # fmt: skip


def _hint() -> None:
    from predictions.upload.tasks import hint_scores  # noqa: PLC0415  tasks stand above the verbs

    hint_scores()


_OWE = """
INSERT INTO predictions_worklistentry AS entry (
    encounter_id, unit_id, band, reasons, not_scored_reason, waits_for_score, admitted_at, discharged_at, follow_up_state)
SELECT id, unit_id, '', '{}', %(reason)s, true, admitted_at, discharged_at, ''
FROM clinical_encounter WHERE id IN (SELECT unnest(%(ids)s::bigint[])) ORDER BY id
ON CONFLICT (encounter_id) DO UPDATE SET unit_id = excluded.unit_id, admitted_at = excluded.admitted_at,
    discharged_at = excluded.discharged_at, waits_for_score = true
"""
