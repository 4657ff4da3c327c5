"""Score every encounter with the champion."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from predictions import batch
from predictions.errors import PredictionError


class Command(BaseCommand):
    """See the module."""

    help = "Score all encounters with the champion, and keep each score with its explanation."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only-unscored", action="store_true", help="leave out what the champion has scored already")

    def handle(self, *args: Any, **options: Any) -> None:
        only_unscored = options["only_unscored"]
        try:
            total = batch.count_to_score(only_unscored=only_unscored)
            with tqdm(total=total, unit=" encounters", disable=None, leave=False) as bar:
                report = batch.score_all(only_unscored=only_unscored, on_rows=bar.update)
        except PredictionError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{report.scored:,} encounters scored, {report.stored:,} scores new, {report.refused:,} encounters not scored"
            " (the worklist says why)."
        )
