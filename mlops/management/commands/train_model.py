"""Train, judge on held-out patients, and record an experiment: without sealed evidence nobody can approve it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from clinical.diabetes130.source import dataset_at
from clinical.errors import ClinicalError
from mlops import recording
from mlops.datasets import Dataset, Protocol, Source, from_database, from_file, from_lake
from mlops.errors import OperationError
from mlops.evaluation import Metrics, as_json, evaluate
from mlops.store.lake import lake
from mlops.training import FITS, train
from predictions.engines.base import Engine
from predictions.engines.registry import DEFAULT, ENGINES, engine_called
from predictions.errors import PredictionError

_LABELS = {
    "auc": "AUC", "auprc": "AUPRC", "brier": "Brier score", "brier_skill": "Brier skill", "log_loss": "Log loss",
    "ece": "Expected calibration error", "calibration_slope": "Calibration slope",
    "calibration_in_the_large": "Calibration in the large", "recall_top_20": "Recall, top 20 %",
    "ppv_top_20": "Positive predictive value, top 20 %", "rate": "Readmitted within 30 days", "mean_score": "Mean score",
}  # fmt: skip


class Command(BaseCommand):
    """See the module."""

    help = "Train a model, print its figures on held-out patients, and record it as an experiment without evidence."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--source", choices=list(Source), default=Source.DATABASE, help="matured outcomes, the file, or the lake"
        )
        parser.add_argument("--dataset", type=Path, help="with --source file: zip or csv; default: the usual places")
        parser.add_argument(
            "--table-version", type=int, help="with --source lake: version of its raw table; default: the newest"
        )
        parser.add_argument(
            "--protocol",
            choices=list(Protocol),
            default=Protocol.BY_PATIENT,
            help="C: split by patient, without death and hospice; S: by row; T: as C, and by time",
        )
        parser.add_argument("--engine", choices=sorted(ENGINES), default=DEFAULT, help="the learner")
        parser.add_argument("--parameters", type=Path, help="JSON of its parameters, as tune_model prints; default: its own")
        parser.add_argument("--seed", type=int, default=42)
        parser.add_argument("--json", type=Path, help="also write the figures to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            # steps: the data set is read, each fit, the figures with their intervals
            with tqdm(total=FITS + 2, unit=" steps", disable=None, leave=False) as bar:
                engine = _engine(options)
                dataset = _dataset(options)
                bar.update()
                model = train(dataset.training, seed=options["seed"], engine=engine, on_fit=bar.update)
                scores = model.probabilities(dataset.held_out.matrix)
                held_out = dataset.held_out
                metrics = evaluate(scores, held_out.readmitted, held_out.patients, seed=options["seed"])
                bar.update()
            version = recording.record(model=model, dataset=dataset, held_out_scores=scores, metrics=metrics)
        except (ClinicalError, OperationError, PredictionError) as error:
            raise CommandError(str(error)) from error
        self._show(dataset, metrics)
        if options["json"]:
            written = {"version": version.number, "data": dataset.as_json(), "metrics": as_json(metrics)}
            options["json"].write_text(json.dumps(written, indent=2) + "\n")
        self.stdout.write(f"Recorded as {version}, {version.get_status_display().lower()}.")

    def _show(self, dataset: Dataset, metrics: Metrics) -> None:
        for table in dataset.tables:
            self.stdout.write(f"Read {table.table}, version {table.version}, SHA-256 {table.sha256}.")
        for side, part in (("Trained on", dataset.training), ("Judged on", dataset.held_out)):
            self.stdout.write(
                f"{side} {len(part.readmitted):,} encounters of {part.patients_count:,} patients"
                f" (protocol {dataset.protocol.value}, seed {dataset.seed}, source {dataset.source.value})."
            )
        for name, metric in metrics.items():
            ends = f"   95 % interval {metric.low:.4f} to {metric.high:.4f}" if metric.low is not None else ""
            self.stdout.write(f"  {_LABELS[name]:<38}{metric.value:>8.4f}{ends}")


def _engine(options: dict[str, Any]) -> Callable[[], Engine]:
    try:
        given = json.loads(options["parameters"].read_text()) if options["parameters"] else {}
    except (OSError, ValueError) as error:
        msg = f"The parameters cannot be read: {error}"
        raise CommandError(msg) from error
    if not isinstance(given, dict):
        msg = "The parameters are not an object of names and numbers."
        raise CommandError(msg)
    learner = engine_called(options["engine"])
    learner.with_parameters(given)  # refused before the data set is read
    return lambda: learner.with_parameters(given)


def _dataset(options: dict[str, Any]) -> Dataset:
    protocol = Protocol(options["protocol"])
    if options["source"] == Source.DATABASE:
        return from_database(as_of=timezone.now(), protocol=protocol, seed=options["seed"])
    if options["source"] == Source.LAKE:
        return from_lake(lake(), raw_version=options["table_version"], protocol=protocol, seed=options["seed"])
    return from_file(dataset_at(options["dataset"]), protocol=protocol, seed=options["seed"])
