"""Do the intervals hold known chances? Draws outcomes from a model's scores, trains anew on them, and counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from clinical.diabetes130.source import dataset_at
from clinical.errors import ClinicalError
from mlops import known_chances
from mlops.datasets import Protocol, from_file
from mlops.errors import OperationError
from mlops.validation.coverage import TARGET, KnownCoverage
from predictions.engines.registry import DEFAULT, ENGINES
from predictions.errors import PredictionError


class Command(BaseCommand):
    """See the module."""

    help = "Check score intervals in worlds with known chances: the share of chances inside their 95 % interval."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dataset", type=Path, help="zip or csv; default: the usual places")
        parser.add_argument("--protocol", choices=[protocol.value for protocol in Protocol], default=Protocol.BY_PATIENT.value)
        parser.add_argument("--seed", type=int, default=42)
        parser.add_argument("--engine", choices=sorted(ENGINES), default=DEFAULT, help="the learner that is checked")
        parser.add_argument("--truth", choices=sorted(ENGINES), default=DEFAULT, help="the learner that makes the chances")
        parser.add_argument("--repeats", type=int, default=2, help="worlds; each is a whole training")
        parser.add_argument("--json", type=Path, help="also write the figures to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = _checked(dataset_at(options["dataset"]), options)
        except (ClinicalError, OperationError, PredictionError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Chances from {options['truth']}, intervals of {options['engine']}; {TARGET:.0%} should be inside.")
        for number, world in enumerate(found, start=1):
            self.stdout.write(
                f"  world {number}: {world.inside:.1%} inside; by tenths of score {_least_most(world.by_score)},"
                f" of width {_least_most(world.by_width)}; median width {world.median_width:.3f}"
            )
        if options["json"]:
            options["json"].write_text(json.dumps([world.as_json() for world in found], indent=2) + "\n")


def _checked(path: Path, options: dict[str, Any]) -> list[KnownCoverage]:
    dataset = from_file(path, protocol=Protocol(options["protocol"]), seed=options["seed"])
    with tqdm(total=known_chances.fits(repeats=options["repeats"]), unit=" fits", disable=None, leave=False) as bar:
        worlds = known_chances.check(
            dataset, seed=options["seed"], repeats=options["repeats"], engine=ENGINES[options["engine"]],
            truth=ENGINES[options["truth"]], on_fit=bar.update,
        )  # fmt: skip
        return list(worlds)


def _least_most(shares: tuple[float, ...]) -> str:
    return f"{min(shares):.1%} to {max(shares):.1%}"
