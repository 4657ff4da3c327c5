"""Search for a learner's parameters on the training rows alone: in processes of this machine, or by trials on SageMaker. The
words go to standard error, the best parameters to standard output, so that `tune_model ... > best.json` and
`retrain --parameters best.json` or `train_model --parameters best.json` go together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
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

HERE, THERE = "local", "sagemaker"
MACHINES = 4
INTERRUPTED = 130


class Command(BaseCommand):
    """See the module."""

    help = "Search for a learner's parameters by folds of the training patients; called again, it goes on where it stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--engine", choices=sorted(ENGINES), default=DEFAULT)
        parser.add_argument("--on", choices=[HERE, THERE], default=HERE, help="where the trials run; default: this machine")
        parser.add_argument("--study", type=Path, help="with --on local, which needs it: its file; is made, or gone on with")
        parser.add_argument("--name", help="with --on sagemaker: the search's; default: one made of what is searched for")
        parser.add_argument("--trials", type=int, default=30, help="how many there are to be in the end; default: 30")
        parser.add_argument("--jobs", type=int, help="trials at once: processes here (default: 1), or machines there (4)")
        parser.add_argument("--every", type=float, default=30.0, help="with --on sagemaker: seconds between two looks at it")
        parser.add_argument("--source", choices=[Source.DATABASE, Source.FILE], default=Source.FILE, help="default: the file")
        parser.add_argument("--dataset", type=Path, help="with --source file: zip or csv; default: the usual places")
        parser.add_argument("--protocol", choices=list(Protocol), default=Protocol.BY_PATIENT)
        parser.add_argument("--seed", type=int, default=42)

    def handle(self, *args: Any, **options: Any) -> None:
        _refuse_what_does_not_fit(options)
        try:
            best = self._searched_there(options) if options["on"] == THERE else self._searched_here(options)
        except (ClinicalError, OperationError, PredictionError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(dict(best), indent=2))

    def _searched_here(self, options: dict[str, Any]) -> Mapping[str, int | float]:
        dataset = _dataset(options)
        with tqdm(total=options["trials"], unit=" trials", disable=None, leave=False) as bar:
            outcome = tune(
                dataset, engine=options["engine"], file=options["study"], trials=options["trials"],
                jobs=options["jobs"] or 1, on_trial=bar.update,
            )  # fmt: skip
        for line in _words(outcome):
            self.stderr.write(line)
        return outcome.best.parameters

    def _searched_there(self, options: dict[str, Any]) -> Mapping[str, int | float]:
        # the vendor's library is loaded where it is used
        from mlops.backends.searching import searched  # noqa: PLC0415
        from mlops.backends.tuning_job import Search  # noqa: PLC0415

        search = Search(
            engine=options["engine"], seed=options["seed"], trials=options["trials"], source=str(options["source"]),
            protocol=str(options["protocol"]),
        )  # fmt: skip
        try:
            best = searched(
                search, rows=lambda: _dataset(options).training, beside=options["jobs"] or MACHINES, name=options["name"],
                every_seconds=options["every"], tell=self._tell,
            )  # fmt: skip
        except KeyboardInterrupt as stopped:
            msg = "The search goes on at SageMaker; the same command, or --name with its name, finds it again."
            raise CommandError(msg, returncode=INTERRUPTED) from stopped
        self._tell(f"The best parameters have a mean AUC of {best.auc:.4f} over the folds.")
        return best.parameters

    def _tell(self, line: str) -> None:
        self.stderr.write(line, self.style.NOTICE)
        self.stderr.flush()


def _refuse_what_does_not_fit(options: dict[str, Any]) -> None:
    jobs = 1 if options["jobs"] is None else options["jobs"]
    if options["trials"] < 1 or jobs < 1 or options["every"] < 0:
        msg = "--trials and --jobs are 1 or more, and --every is no less than 0."
        raise CommandError(msg)
    if options["on"] == HERE and not options["study"]:
        msg = "--study names the file of a search on this machine."
        raise CommandError(msg)
    alien = "name" if options["on"] == HERE else "study"
    if options[alien]:
        msg = f"--{alien} does not go with --on {options['on']}."
        raise CommandError(msg)


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
