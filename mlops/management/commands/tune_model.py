"""Search for a learner's parameters on the training rows alone. The words go to standard error, the best parameters to
standard output, so that `tune_model ... > best.json` and `train_model --parameters best.json` go together.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from clinical.diabetes130.source import dataset_at
from clinical.errors import ClinicalError
from mlops.datasets import Dataset, Protocol, Source, from_database, from_file
from mlops.errors import OperationError
from mlops.tuning.study import Outcome, tune
from predictions.engines.registry import DEFAULT, ENGINES
from predictions.errors import PredictionError


class Command(BaseCommand):
    """See the module."""

    help = "Search for a learner's parameters by folds of the training patients; the study's file goes on where it stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--engine", choices=sorted(ENGINES), default=DEFAULT)
        parser.add_argument("--study", type=Path, required=True, help="file of the study; is made, or gone on with")
        parser.add_argument("--trials", type=int, default=30, help="how many the study is to have in the end; default: 30")
        parser.add_argument("--jobs", type=int, default=1, help="trials at once, each a process; default: 1")
        parser.add_argument("--source", choices=[Source.DATABASE, Source.FILE], default=Source.FILE, help="default: the file")
        parser.add_argument("--dataset", type=Path, help="with --source file: zip or csv; default: the usual places")
        parser.add_argument("--protocol", choices=list(Protocol), default=Protocol.BY_PATIENT)
        parser.add_argument("--seed", type=int, default=42)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["trials"] < 1 or options["jobs"] < 1:
            msg = "--trials and --jobs are 1 or more."
            raise CommandError(msg)
        try:
            dataset = _dataset(options)
            with tqdm(total=options["trials"], unit=" trials", disable=None, leave=False) as bar:
                outcome = tune(
                    dataset, engine=options["engine"], file=options["study"], trials=options["trials"], jobs=options["jobs"],
                    on_trial=bar.update,
                )  # fmt: skip
        except (ClinicalError, OperationError, PredictionError) as error:
            raise CommandError(str(error)) from error
        for line in _words(outcome):
            self.stderr.write(line)
        self.stdout.write(json.dumps(dict(outcome.best.parameters), indent=2))


def _words(outcome: Outcome) -> list[str]:
    gain = np.subtract(outcome.best.aucs, outcome.default.aucs)
    return [
        f"{outcome.whole:,} trials saw all {len(outcome.best.aucs)} folds; {outcome.given_up:,} were given up before.",
        *(
            f"  {name:<20} AUC {np.mean(point.aucs):.4f}   log loss {np.mean(point.log_losses):.5f}"
            for name, point in (("default parameters", outcome.default), ("best parameters", outcome.best))
        ),
        f"  best less default, fold by fold: {', '.join(f'{own:+.4f}' for own in gain)}",
    ]


def _dataset(options: dict[str, Any]) -> Dataset:
    protocol = Protocol(options["protocol"])
    if options["source"] == Source.DATABASE:
        return from_database(as_of=timezone.now(), protocol=protocol, seed=options["seed"])
    path = dataset_at(options["dataset"])
    return from_file(path, protocol=protocol, seed=options["seed"])
