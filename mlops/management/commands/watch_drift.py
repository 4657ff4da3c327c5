"""A night's watch from the command line: what has moved since the model learned, in a few lines."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mlops.models import MonitoringNight
from mlops.monitoring import nightly
from predictions.models import MODEL_NAME, ModelVersion

MOST_LINES = 20


class Command(BaseCommand):
    """See the module."""

    help = "Watch the predictions of one day (UTC): the newest that is over, or --night; twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--night", type=_day, metavar="DATE", help="the day, as 2026-11-30; without it, yesterday (UTC)")
        parser.add_argument("--number", type=int, metavar="VERSION", help="without it, those at work")

    def handle(self, *args: Any, **options: Any) -> None:
        night = options["night"] or nightly.last_night()
        watched = nightly.watch(night, version=_version(options["number"]))
        if not watched:
            self.stdout.write("No version is at work: there is nothing to watch.")
        for one in watched:
            self._tell(one)

    def _tell(self, night: MonitoringNight) -> None:
        told = Counter(night.readings.values_list("severity", flat=True))
        self.stdout.write(
            f"{night}: {night.predictions:,} predictions, {night.comparisons:,} comparisons; "
            f"{told['alarm']} alarms, {told['warning']} warnings, {told['notice']} notices."
        )
        for reading in night.readings.exclude(severity="none").select_related("unit").order_by("-difference")[:MOST_LINES]:
            where = f" ({reading.unit})" if reading.unit else ""
            was = "" if reading.reference is None else f", reference {reading.reference:.3f}"
            self.stdout.write(f"  {reading.severity}: {reading}{where}: {reading.value:.3f}{was}")
        if night.ripens_on:
            self.stdout.write(f"  Outcomes: not yet known; they ripen on {night.ripens_on}.")


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _version(number: int | None) -> ModelVersion | None:
    if number is None:
        return None
    version = ModelVersion.objects.filter(name=MODEL_NAME, number=number).first()
    if version is None:
        msg = f"There is no version {number}."
        raise CommandError(msg)
    return version
