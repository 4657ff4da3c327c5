"""`manage.py import_encounters FILE`: what the upload page does, for an operator and for a nightly job."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from clinical.models import CareUnit
from predictions.upload import report as error_report
from predictions.upload.errors import FileRefusedError, RowsRefusedError
from predictions.upload.importing import Report, Source, look, take_in_file
from predictions.upload.reading import FORMATS

CHUNK_BYTES = 256 * 1024
FAULTS_SHOWN = 20


class Command(BaseCommand):
    """See the module."""

    help = "Import stays from a CSV or NDJSON file: all of its rows or none, unless told to take the good ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--format", choices=sorted(FORMATS), default="", help="told by the contents where it is left out")
        parser.add_argument("--accept-valid", action="store_true", help="take the good rows, and leave the refused ones out")
        parser.add_argument("--dry-run", action="store_true", help="say what an import would do, and store nothing")
        parser.add_argument("--errors", type=Path, metavar="FILE", help="write the refused rows there as CSV")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            msg = f"{path} is no file."
            raise CommandError(msg)
        try:
            report = self._imported(path, **options)
        except RowsRefusedError as refused:
            self._tell(refused.report, options["errors"])
            raise CommandError(str(refused)) from None
        except FileRefusedError as refused:
            raise CommandError(str(refused)) from None
        self._tell(report, options["errors"])

    def _imported(self, path: Path, **options: Any) -> Report:
        units = list(CareUnit.objects.filter(is_open=True))
        with tqdm(unit=" rows", file=sys.stderr, disable=None, leave=False) as bar:
            source = Source(lambda: _chunks(path), units, options["format"], lambda rows: bar.update(rows - bar.n))
            if options["dry_run"]:
                return look(source)
            return take_in_file(source, by=None, accept_valid=options["accept_valid"])

    def _tell(self, report: Report, errors: Path | None) -> None:
        for line, column, reason, _found in report.faults[:FAULTS_SHOWN]:
            self.stdout.write(f"line {line:,}: {f'{column} ' if column else ''}{reason}")
        if report.faults_found > FAULTS_SHOWN:
            self.stdout.write(f"... and {report.faults_found - FAULTS_SHOWN:,} more")
        if report.ignored:
            self.stdout.write(f"Not read: {', '.join(report.ignored)}.")
        if errors:
            with errors.open("w", encoding="utf-8", newline="") as file:
                file.writelines(error_report.lines(report.faults))
        counts = report.counts
        would = "" if report.is_stored else "would be "
        self.stdout.write(
            f"{report.rows:,} rows: {counts.new:,} {would}new, {counts.changed:,} {would}changed,"
            f" {counts.unchanged:,} unchanged, {counts.stale:,} older than what is known, {report.refused:,} refused."
        )


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
