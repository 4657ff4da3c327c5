"""`manage.py import_encounters`: what it says, what it stores, and how it ends."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from clinical.access import scope_of_the_system
from clinical.models import CareUnit, Encounter
from tests.predictions.upload_files import csv_of, ndjson_of

BAD = {"birth_date": "2023-02-29"}


def typed(folder: Path, data: bytes, *options: str) -> str:
    file, said = folder / "stays", io.StringIO()
    file.write_bytes(data)
    call_command("import_encounters", str(file), *options, stdout=said)
    return said.getvalue()


def stored() -> int:
    with scope_of_the_system():
        return Encounter.objects.count()


def test_a_file_is_imported_and_the_same_again_is_unchanged(tmp_path: Path, cardiology: CareUnit) -> None:
    discharged = ndjson_of({}, {})
    assert "2 rows: 2 new, 0 changed" in typed(tmp_path, discharged)
    assert "2 rows: 0 new, 0 changed, 2 unchanged" in typed(tmp_path, discharged)


def test_a_dry_run_says_what_would_be_and_stores_nothing(tmp_path: Path, cardiology: CareUnit) -> None:
    said = typed(tmp_path, csv_of({}, BAD), "--dry-run")
    assert "line 3: birth_date is no day of the calendar" in said
    assert "1 would be new" in said
    assert stored() == 0


def test_one_refused_row_ends_in_an_error_and_its_report_is_written(tmp_path: Path, cardiology: CareUnit) -> None:
    report = tmp_path / "refused.csv"
    with pytest.raises(CommandError, match="nothing was stored"):
        typed(tmp_path, csv_of({}, BAD), "--errors", str(report))
    assert '"3","birth_date","is no day of the calendar","2023-02-29"' in report.read_text(encoding="utf-8")
    assert stored() == 0


def test_the_good_rows_are_taken_where_that_was_typed(tmp_path: Path, cardiology: CareUnit) -> None:
    assert "1 refused" in typed(tmp_path, csv_of({}, BAD), "--accept-valid")
    assert stored() == 1


@pytest.mark.parametrize(("data", "reason"), [(b"PK\x03\x04", "zip"), (b"", "empty"), (b"a,b\n1,2\n", "lacks")])
def test_a_file_that_is_none_of_ours_ends_in_an_error(data: bytes, reason: str, tmp_path: Path, cardiology: CareUnit) -> None:
    with pytest.raises(CommandError, match=reason):
        typed(tmp_path, data)


def test_a_file_that_is_not_there_ends_in_an_error(tmp_path: Path, cardiology: CareUnit) -> None:
    with pytest.raises(CommandError, match="is no file"):
        call_command("import_encounters", str(tmp_path / "nowhere"))
