"""The door to the synthetic cohort on the command line."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinical.cohort import comparison, files, measuring
from clinical.cohort.generator import LARGEST_COHORT, SEEDS, generate
from clinical.diabetes130.loading import load
from clinical.diabetes130.reader import read_raw, table_of
from clinical.diabetes130.terminal import ProgressBar, lines_of
from clinical.errors import SourceRefusedError


class Command(BaseCommand):
    """See the module."""

    help = "Draw a synthetic cohort in the data set's format and store it, or write it to a file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--encounters", type=int, default=20_000, help=f"from 1 to {LARGEST_COHORT:,}; default 20,000")
        parser.add_argument("--seed", type=int, default=1, help=f"from 0 to {SEEDS - 1}; default 1")
        parser.add_argument(
            "--as-of", type=date.fromisoformat, help="day on which the wards stand; default: as first stored, or today"
        )
        parser.add_argument("--csv", type=Path, metavar="FILE", help="write the cohort to a file and store nothing")
        parser.add_argument("--compare", type=Path, metavar="PATH", help="set the cohort beside the data set and store nothing")
        parser.add_argument("--into", type=Path, metavar="DOCUMENT", help="with --compare: replace the table in this document")
        parser.add_argument("--measure", type=Path, metavar="PATH", help="measure the figures anew from the data set, and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["measure"]:
                measuring.save(measuring.measure(read_raw(options["measure"])))
                self.stdout.write(f"Figures measured and kept in {measuring.FIGURES}.")
                return
            raw = generate(encounters=options["encounters"], seed=options["seed"])
            if options["compare"]:
                self._compare(raw, options)
            elif options["csv"]:
                self._write(raw, options["csv"])
            else:
                self._store(raw, as_of=options["as_of"])
        except (SourceRefusedError, ValueError) as refused:
            raise CommandError(str(refused)) from refused

    def _store(self, raw: pl.DataFrame, *, as_of: date | None) -> None:
        with ProgressBar() as bar:
            table = table_of(raw, sha256=files.digest(files.as_bytes(raw)))
            report = load(table=table, as_of=as_of, on_progress=bar.storing)
        for line in lines_of(report):
            self.stdout.write(line)

    def _write(self, raw: pl.DataFrame, path: Path) -> None:
        table = files.as_bytes(raw)
        files.write(table, path)
        self.stdout.write(f"{raw.height:,} synthetic encounters written to {path}; SHA-256 {files.digest(table)}.")

    def _compare(self, raw: pl.DataFrame, options: dict[str, Any]) -> None:
        command = f"manage.py make_cohort --encounters {options['encounters']} --seed {options['seed']} --compare PATH"
        text = f"Made by `{command}`.\n\n{comparison.table(read_raw(options['compare']), raw)}"
        if options["into"]:
            comparison.write_into(options["into"], text)
        else:
            self.stdout.write(text)
