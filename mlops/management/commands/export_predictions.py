"""The nightly copy of new predictions into the lake."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mlops.errors import OperationError
from mlops.store.exporting import export_predictions
from mlops.store.lake import lake


class Command(BaseCommand):
    """See the module."""

    help = "Add to the lake's table predictions what has been scored since the last run, and print its version."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            written = export_predictions(lake=lake())
        except OperationError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"predictions: version {written.version}, {written.inserted:,} rows new.")
