"""Fill the lake: the encounters as they are, and their features by this code's definition."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clinical.diabetes130.source import dataset_at
from clinical.errors import ClinicalError
from mlops.errors import OperationError
from mlops.store import filling
from mlops.store.lake import Lake, Written, lake
from mlops.store.tables import FEATURES, RAW, Table
from predictions.features import schema


class Command(BaseCommand):
    """See the module."""

    help = "Store what is new or has changed in the lake's tables raw and features, and print their versions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--source", choices=["database", "file"], default="database", help="the database, or the data set")
        parser.add_argument("--dataset", type=Path, help="with --source file: zip or csv; default: the usual places")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            filled = _fill(options, lake())
        except (ClinicalError, OperationError) as error:
            raise CommandError(str(error)) from error
        self._tell(RAW, filled.raw)
        self._tell(FEATURES, filled.features)
        self.stdout.write(f"Features by schema {schema.VERSION}, {schema.schema_hash()}.")
        if filled.refused:
            self.stdout.write(f"{filled.refused:,} encounters hold a value that no model was made for, and have no features.")

    def _tell(self, table: Table, written: Written) -> None:
        self.stdout.write(
            f"{table.name}: version {written.version}, {written.inserted:,} rows new, {written.updated:,} changed."
        )


def _fill(options: dict[str, Any], into: Lake) -> filling.Filled:
    if options["source"] == "database":
        return filling.from_database(as_of=timezone.now(), lake=into)
    path = dataset_at(options["dataset"])
    return filling.from_file(path, lake=into)
