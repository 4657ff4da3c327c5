"""Bring a database to the point where a nurse can work: tables, people, encounters, a champion, scores. Safe to run again."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from clinical.access import scope_of_the_system
from clinical.models import Encounter
from predictions import vetting
from predictions.errors import PredictionError
from predictions.models import ModelStatus, ModelVersion

SYNTHETIC_SEED = 42


class Command(BaseCommand):
    """See the module."""

    help = "Prepare the demonstration: migrate, load (or make) the cohort, train, promote and score. Skips what is done."

    def add_arguments(self, parser: ArgumentParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--dataset", help="path of the UCI data set, zip or csv")
        source.add_argument("--synthetic", type=int, metavar="N", help="make N synthetic encounters")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_LOGINS:
            msg = "WARDLIGHT_DEMO_LOGINS is not set: a demonstration publishes its passwords."
            raise CommandError(msg)
        self._step("Database", "prepare_database", verbosity=0)
        self._step("Static files", "collectstatic", interactive=False, verbosity=0)
        if not _encounters_stored():
            if options["dataset"]:
                self._step("Encounters", "load_diabetes130", options["dataset"])
            else:
                self._step("Encounters", "make_cohort", encounters=options["synthetic"], seed=SYNTHETIC_SEED)
            _take_statistics()
        self._step("Accounts", "make_demo_accounts", verbosity=0)
        if not _a_champion_serves():
            self._first_champion(options)
        self._step("Scoring", "score_all", only_unscored=True)
        _take_statistics()
        self._step("Watching", "watch_drift", night=timezone.now().date())

    def _first_champion(self, options: dict[str, Any]) -> None:
        """By the way that every champion goes; what was interrupted goes on where it stopped."""
        if not ModelVersion.objects.filter(status=ModelStatus.CANDIDATE, evidence__seal__gt="").exists():
            why = "The demonstration's first model."
            self._step("Training", "retrain", here=True, go_on=True, by="administrator", reason=why, gate=_gate(options))
        self._step(
            "Approval", "approve_model", by="approver", reason="The demonstration's first model, on its sealed evidence."
        )

    def _step(self, title: str, command: str, *arguments: Any, **options: Any) -> None:
        self.stdout.write(self.style.MIGRATE_HEADING(f"{title} ..."))
        self.stdout.flush()
        started = time.monotonic()
        call_command(command, *arguments, **options)
        self.stdout.write(f"{title} done in {time.monotonic() - started:.1f} s")
        self.stdout.flush()


def _a_champion_serves() -> bool:
    """Software that has changed since may compute other features, or trust other keys: then a new model is trained."""
    champion = ModelVersion.objects.filter(status=ModelStatus.CHAMPION).first()
    if champion is None:
        return False
    try:
        vetting.vetted(champion)
    except PredictionError:
        return False
    return True


def _take_statistics() -> None:
    """The planner guesses badly at tables that were filled in one go; only their owner may look."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")


def _gate(options: dict[str, Any]) -> str | None:
    """A small synthetic cohort cannot show what the default profile asks for; the profile of its own says so."""
    return "demonstration" if options["synthetic"] else None


def _encounters_stored() -> bool:
    with scope_of_the_system():
        return Encounter.objects.exists()
