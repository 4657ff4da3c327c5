"""Storing a cohort: dates, people and wards are added to the facts of a file, and all of it is stored, or nothing.

The same file again stores nothing, and everybody keeps the dates and the identity of the first time.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

import polars as pl
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from clinical import access, audit
from clinical.diabetes130 import calendar, staging
from clinical.diabetes130.anchor import LOAD_VERB, SUBJECT, anchor_of
from clinical.diabetes130.columns import SYNTHETIC_NUMBERS_FROM
from clinical.diabetes130.identities import people
from clinical.diabetes130.placement import home_units, open_units
from clinical.diabetes130.reader import EncounterTable
from clinical.errors import SourceRefusedError
from clinical.models.patient import Provenance

Progress = Callable[[str, float], None]
LARGEST_SHARE_LEFT_OUT = 0.01


@dataclass(frozen=True)
class LoadReport:
    """What one load did; counts only."""

    provenance: Provenance
    as_of: date
    sha256: str
    rows_read: int
    rows_refused: int
    stored: staging.Counts
    already_there: int
    age_bands_in_conflict: int
    on_the_ward: Mapping[str, int]


def load(
    *,
    table: EncounterTable,
    as_of: date | None = None,
    leave_out_refused: bool = False,
    on_progress: Progress = lambda _stage, _share: None,
) -> LoadReport:
    """Store the table's encounters with their patients and outcomes, in one transaction.

    A refused row refuses the file, unless the caller says to leave such rows out and they are few.
    """
    _refuse_incomplete(table, leave_out_refused=leave_out_refused)
    provenance = provenance_of(table.frame)
    on_progress("dating and naming", 0.0)
    as_of = _settled_anchor(provenance, as_of)
    stays, patients = cohort(table.frame, provenance=provenance, as_of=as_of)
    with _database_faults_told(), transaction.atomic():
        _one_load_at_a_time()
        units = open_units()
        with access.scope_of_the_system():
            staging.stage(stays, patients, units=units, on_progress=on_progress)
            staging.refuse_moved_dates(provenance)
            stored = staging.store(provenance, matured_by=_matured_by(as_of), on_progress=on_progress)
            report = LoadReport(
                provenance=provenance,
                as_of=as_of,
                sha256=table.sha256,
                rows_read=table.rows_read,
                rows_refused=table.refused_count,
                stored=stored,
                already_there=stays.height - stored.encounters,
                age_bands_in_conflict=patients.height - int(patients["age_bands_agree"].sum()),
                on_the_ward=staging.on_the_ward(provenance),
            )
            audit.record(actor=None, verb=LOAD_VERB, subject_type=SUBJECT, subject_id=provenance.value, detail=_detail(report))
    on_progress("stored", 1.0)
    return report


def cohort(frame: pl.DataFrame, *, provenance: Provenance, as_of: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The stays with their simulated dates, and one row for each patient with their identity and ward."""
    stays = calendar.simulate(frame, as_of=as_of)
    patients = people(stays, provenance=provenance)
    return stays, patients.with_columns(home_units(patients))


def provenance_of(frame: pl.DataFrame) -> Provenance:
    """Told by the numbers, so that a cohort that went through a file is still called synthetic."""
    is_synthetic = frame["patient_id"] >= SYNTHETIC_NUMBERS_FROM
    if is_synthetic.any() and not is_synthetic.all():
        msg = "The file mixes patients of a synthetic cohort with others; they are stored apart."
        raise SourceRefusedError(msg)
    return Provenance.SYNTHETIC if is_synthetic.all() else Provenance.DIABETES130


def _refuse_incomplete(table: EncounterTable, *, leave_out_refused: bool) -> None:
    if not leave_out_refused:
        table.refuse_if_any_row_was()
    elif table.refused_count > LARGEST_SHARE_LEFT_OUT * table.rows_read:
        msg = (
            f"{table.refused_count:,} of {table.rows_read:,} rows are not usable: more than"
            f" {LARGEST_SHARE_LEFT_OUT:.0%} are never left out, and nothing was stored."
        )
        raise SourceRefusedError(msg)


def _settled_anchor(provenance: Provenance, wanted: date | None) -> date:
    kept, today = anchor_of(provenance), timezone.localdate()
    if kept and wanted not in (None, kept):
        msg = f"The dates of this cohort are simulated as of {kept}, fixed by its first load; {wanted} would move them."
        raise SourceRefusedError(msg)
    if wanted and wanted > today:
        msg = f"The as-of day {wanted} lies in the future, and so would the simulated stays."
        raise SourceRefusedError(msg)
    return kept or wanted or today


def _matured_by(as_of: date) -> datetime:
    return timezone.make_aware(datetime.combine(as_of, time.min))


@contextlib.contextmanager
def _database_faults_told() -> Iterator[None]:
    try:
        yield
    except IntegrityError as refused:
        # the constraint's name alone: the database's own text would repeat the row
        constraint = getattr(getattr(refused.__cause__, "diag", None), "constraint_name", None) or "a constraint"
        msg = f"The database holds or demands something that the file contradicts ({constraint}); nothing was stored."
        raise SourceRefusedError(msg) from None


def _one_load_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7301, 2)")


def _detail(report: LoadReport) -> dict[str, object]:
    return {
        "as_of": report.as_of.isoformat(),
        "file_sha256": report.sha256,
        "rows_read": report.rows_read,
        "rows_refused": report.rows_refused,
        "already_there": report.already_there,
        "encounters_stored": report.stored.encounters,
        "patients_stored": report.stored.patients,
        "outcomes_stored": report.stored.outcomes,
    }
