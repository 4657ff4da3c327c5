"""Make the register (MLflow) agree with PostgreSQL, and say what differed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mlops.errors import OperationError
from mlops.register.reconcile import reconcile


class Command(BaseCommand):
    """See the module."""

    help = "Register in MLflow what is missing there and correct its aliases; PostgreSQL is never changed by it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all-runs", action="store_true", help="also look for each run that made no version")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.MLFLOW_TRACKING_URI:
            self.stdout.write("No register is set: MLFLOW_TRACKING_URI is empty.")
            return
        try:
            found = reconcile(all_runs=options["all_runs"])
        except OperationError as error:
            raise CommandError(str(error)) from error
        for difference in found:
            self.stdout.write(str(difference))
        self.stdout.write(f"{len(found)} differences." if found else "The register agrees.")
