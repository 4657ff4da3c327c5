"""The door to the loader on the command line."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinical.diabetes130.loading import load
from clinical.diabetes130.reader import read_table
from clinical.diabetes130.source import PUBLISHED_SHA256, dataset_at
from clinical.diabetes130.terminal import REFUSALS_SHOWN, ProgressBar, lines_of
from clinical.errors import RowsRefusedError, SourceRefusedError
from clinical.models.patient import Provenance


class Command(BaseCommand):
    """See the module."""

    help = "Load the UCI Diabetes 130-US hospitals data set (zip or csv) with simulated dates and fictitious people."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", nargs="?", type=Path, help="zip or csv; default: WARDLIGHT_DATASET, then the usual places")
        parser.add_argument(
            "--as-of", type=date.fromisoformat, help="day on which the wards stand; default: as first loaded, or today"
        )
        parser.add_argument(
            "--leave-out-refused", action="store_true", help="store the good rows where at most 1 %% are refused"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with ProgressBar() as bar:
                table = read_table(dataset_at(options["path"]), on_progress=bar.reading)
                report = load(
                    table=table,
                    as_of=options["as_of"],
                    leave_out_refused=options["leave_out_refused"],
                    on_progress=bar.storing,
                )
        except RowsRefusedError as refused:
            for reason in refused.reasons[:REFUSALS_SHOWN]:
                self.stderr.write(reason)
            raise CommandError(str(refused)) from refused
        except SourceRefusedError as refused:
            raise CommandError(str(refused)) from refused
        for refusal in table.refusals[:REFUSALS_SHOWN]:
            self.stderr.write(f"left out, {refusal}")
        for line in lines_of(report):
            self.stdout.write(line)
        if table.sha256 != PUBLISHED_SHA256 and report.provenance is Provenance.DIABETES130:
            self.stdout.write(f"Note: this is not the published file; its SHA-256 is {table.sha256}.")
