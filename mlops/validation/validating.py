"""The whole of a validation, from the raw file to its result. Nothing is fitted or chosen on held-out rows.

1. Read the file and split it by the protocol and seed.
2. Fit each engine as production does; out-of-fold training scores calibrate it and choose its thresholds.
3. Score the held-out rows with the engines, and with the comparators on the same rows.
4. Measure all of them on the same patient draws, and compare each engine with everything else, paired.
5. Examine the run for leaks.
6. Repeat engines and reference settings with further seeds.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mlops import datasets
from mlops.datasets import Dataset, Protocol
from mlops.evaluation import patient_draws
from mlops.training import FITS, FITS_WITHOUT_SPREAD
from mlops.validation import source
from mlops.validation.baselines import FITTED
from mlops.validation.coverage import coverage_of
from mlops.validation.examining import examined
from mlops.validation.fitting import Fitted, fit
from mlops.validation.measuring import HeldOut, Measured, Scored, compared, measure
from mlops.validation.point_scores import POINT_SCORES
from mlops.validation.repeating import STEPS_BESIDE_FITS, repeated
from mlops.validation.result import Difference, ValidationResult
from mlops.validation.source import SourceFile
from mlops.validation.subgroups import groups_of
from predictions.engines.artefact import pack
from predictions.engines.container import sha256_of
from predictions.engines.registry import DEFAULT
from predictions.features import schema

DRAWS = 1000
REFERENCE = "reference"
LABELS = {
    "boosted": "Boosted trees",
    "linear": "Logistic regression, all features",
    "network": "Neural network",
    "lace": "LACE, approximated",
    "hospital": "HOSPITAL, approximated",
    "number_inpatient": "Inpatient stays in the year before",
    "logistic": "Logistic regression, 44 columns",
    REFERENCE: "Reference settings, 44 columns",
}
_LIBRARIES = ("numpy", "polars", "scikit-learn", "xgboost-cpu")


@dataclass(frozen=True)
class Wanted:
    """What is asked for."""

    path: Path
    protocol: Protocol
    seed: int
    engines: tuple[str, ...] = (DEFAULT,)
    draws: int = DRAWS
    repeats: int = 0
    command: str = ""

    @property
    def further_seeds(self) -> range:
        return range(self.seed + 1, self.seed + 1 + self.repeats)

    @property
    def steps(self) -> int:
        """How often `on_step` is called: file, split and leaks; fits; measurements; repeats."""
        engines = len(self.engines)
        measured = engines + len(POINT_SCORES) + 2 * len(FITTED)
        once_more = STEPS_BESIDE_FITS + FITS_WITHOUT_SPREAD * engines
        return 3 + FITS * engines + measured + self.repeats * once_more


def validate(wanted: Wanted, *, on_step: Callable[[], object] = lambda: None) -> ValidationResult:
    """See the module."""
    began = time.monotonic()
    file = source.read(wanted.path)
    on_step()
    dataset = datasets.from_file(wanted.path, protocol=wanted.protocol, seed=wanted.seed)
    on_step()
    fitted = [fit(name, dataset, seed=wanted.seed, on_fit=on_step) for name in wanted.engines]
    held_out = _held_out(file, dataset, wanted)
    measured = dict(_measured(fitted, dataset, held_out, on_step=on_step))
    figures = {name: one.figures for name, one in measured.items()}
    engines = {name: figures[name] for name in wanted.engines}
    aucs = {name: engine.figures["auc"].value for name, engine in engines.items()}
    verdicts = examined(file, dataset, aucs)
    on_step()
    repeats = repeated(
        wanted.path, protocol=wanted.protocol, seeds=wanted.further_seeds, engines=wanted.engines, draws=wanted.draws,
        on_step=on_step,
    )  # fmt: skip
    return ValidationResult(
        protocol=dataset.protocol.value,
        seed=wanted.seed,
        rows=len(held_out.readmitted),
        patients=dataset.held_out.patients_count,
        readmitted=int(held_out.readmitted.sum()),
        draws=wanted.draws,
        data=source.described(file, dataset),
        features=features_told(),
        engines=engines,
        comparators={name: found for name, found in figures.items() if name not in engines},
        differences=list(_differences(measured, wanted.engines)),
        leaks=[verdict.as_json() for verdict in verdicts],
        uncertainty=_uncertainty(fitted, dataset),
        repeats=repeats,
        made=_made(wanted, fitted, seconds=time.monotonic() - began),
    )


def violated(result: ValidationResult) -> list[str]:
    """The names of the leak checks that did not hold."""
    return [str(verdict["name"]) for verdict in result.leaks if not verdict["passed"]]


def _uncertainty(fitted: list[Fitted], dataset: Dataset) -> dict[str, Any]:
    """Whether the intervals of scores hold what they say; None for an engine without intervals."""
    part, found = dataset.held_out, {}
    for one in fitted:
        ends = one.model.intervals(part.matrix, one.scores)
        found[one.name] = ends and coverage_of(one.scores, *ends, part.readmitted, part.patients, seed=dataset.seed).as_json()
    return found


def _held_out(file: SourceFile, dataset: Dataset, wanted: Wanted) -> HeldOut:
    part = dataset.held_out
    draws = patient_draws(part.patients, seed=wanted.seed, draws=wanted.draws)
    return HeldOut(part.readmitted, part.patients, draws, groups_of(part.table, file.frame))


def _measured(
    fitted: list[Fitted], dataset: Dataset, held_out: HeldOut, *, on_step: Callable[[], object]
) -> Iterator[tuple[str, Measured]]:
    for model in _scored(fitted, dataset, on_step=on_step):
        yield model.name, measure(model, held_out)
        on_step()


def _scored(fitted: list[Fitted], dataset: Dataset, *, on_step: Callable[[], object]) -> Iterator[Scored]:
    training, held_out = dataset.training, dataset.held_out
    for one in fitted:
        chosen_by = (one.out_of_fold, training.readmitted)
        yield Scored(one.name, LABELS.get(one.name, one.name), "engine", one.scores, out_of_fold=chosen_by)
    for name, points in POINT_SCORES.items():
        yield Scored(name, LABELS[name], "comparator", points(held_out.table), is_probability=False)
    for name, learner in FITTED.items():
        scores = learner(training.table, training.readmitted, held_out.table, seed=dataset.seed)
        on_step()
        yield Scored(name, LABELS[name], "comparator", scores)


def _differences(measured: dict[str, Measured], engines: tuple[str, ...]) -> Iterator[Difference]:
    for place, engine in enumerate(engines):
        for name, other in measured.items():
            if name not in engines[: place + 1]:
                yield compared(measured[engine], other)


def features_told() -> dict[str, Any]:
    """The definition that the features were made by: its version, how many columns, and their labels by clinical reason."""
    factors: dict[str, list[str]] = {}
    for feature in (*schema.FEATURES, *schema.DERIVED):
        factors.setdefault(feature.factor, []).append(feature.label)
    words = {concept.key: concept.label for concept in schema.CONCEPTS}
    return {
        "version": schema.VERSION,
        "sha256": schema.schema_hash(),
        "base": len(schema.names()),
        "wide": len(schema.wide_names()),
        "factors": [{"factor": words.get(factor, factor), "features": labels} for factor, labels in factors.items()],
    }


def _made(wanted: Wanted, fitted: list[Fitted], *, seconds: float) -> dict[str, Any]:
    return {
        "command": wanted.command,
        "seconds": round(seconds, 1),
        "versions": {"python": platform.python_version(), **{library: version(library) for library in _LIBRARIES}},
        "artefacts": {one.name: sha256_of(pack(one.model)) for one in fitted},
        "parameters": {one.name: {**one.model.engine.parameters, "calibration": vars(one.model.calibration)} for one in fitted},
    }
