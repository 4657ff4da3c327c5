"""What one validation found: plain numbers that the command writes as JSON, and the report and the model card are made of.

The JSON (format 1):

    protocol, seed          which rows were held out
    rows, patients          how many encounters and patients were held out: every figure is of these
    readmitted, rate        of those rows, how many came back within 30 days, and their share
    draws                   patient bootstrap draws behind every interval; all models are drawn on the same patients
    data                    provenance (synthetic: no row tells of a real stay); file_sha256; digest (of what models see);
                            `flow`: rows of the file, left out by reason, and rows, patients, readmitted of `training` and
                            `held_out`; `missing`: share not recorded by attribute
    features                schema version and sha256, `base` and `wide` number of columns, and their labels by factor
    engines, comparators    by name; the figures below
    differences             engine less `against` on the same draws: auc, auprc, brier {value, low, high}
    leaks                   the verdicts of the leak bench: name, sentence, passed, evidence
    uncertainty             by engine, whether score intervals hold the observed rates; null where an engine has no intervals
    repeats                 null, or by engine: `seeds` (auc, reference, difference {value, low, high} of each further seed),
                            and mean, sd, least of the AUC, and of the difference
    made                    command, versions of the libraries, seconds; `artefacts`: by engine, SHA-256 of the model's file

Figures of one engine or comparator, flat:

    label, kind, is_probability
    auc, auprc, brier, brier_skill, log_loss, ece, slope, citl, mean_score, recall_top5/10/20/30, ppv_top5/10/20/30,
        each with NAME_low and NAME_high, its 95 % interval. slope: of the outcome on the log-odds, 1 is right. citl: what
        has to be added to the log-odds, 0 is right. Null where a probability is needed and the comparator gives points.
    thresholds              name, rule, value (null: the rule needs out-of-fold scores, which comparators have not), and
                            precision, recall, specificity, f1, flagged with intervals
    net_benefit             risk, model, everybody, gain (over the better of all and none); 0 for nobody by definition
    calibration             ten bins: rows, mean_score, observed {value, low, high}
    curves                  roc: [share of false alarms, recall]; precision_recall: [recall, precision]
    histogram               edges, and counts of readmitted and others between them
    subgroups               factor, group, rows, patients, readmitted, and auc, rate, mean_score, observed_by_expected,
                            recall, precision, flagged at the capacity threshold; `censored`: too few to print any of them
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mlops.evaluation import Metric, Metrics

FORMAT = 1
# a figure's name in the arithmetic, and its name in the JSON
NAMES = {
    "auc": "auc", "auprc": "auprc", "brier": "brier", "brier_skill": "brier_skill", "log_loss": "log_loss", "ece": "ece",
    "calibration_slope": "slope", "calibration_in_the_large": "citl", "mean_score": "mean_score",
    **{f"{kind}_top_{share}": f"{kind}_top{share}" for kind in ("recall", "ppv") for share in (5, 10, 20, 30)},
}  # fmt: skip


@dataclass(frozen=True)
class AtThreshold:
    """What acting from one score upwards finds and misses. Without a value there are no figures."""

    name: str
    rule: str
    value: float | None
    figures: Metrics = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "rule": self.rule, "value": self.value, **_each(self.figures)}


@dataclass(frozen=True)
class NetBenefit:
    """Per patient, at one risk from which one would act."""

    risk: float
    model: Metric
    everybody: float
    gain: Metric

    def as_json(self) -> dict[str, Any]:
        return {"risk": self.risk, "model": self.model.as_json(), "everybody": self.everybody, "gain": self.gain.as_json()}


@dataclass(frozen=True)
class CalibrationBin:
    """One tenth of the held-out rows."""

    rows: int
    mean_score: float
    observed: Metric

    def as_json(self) -> dict[str, Any]:
        return {"rows": self.rows, "mean_score": self.mean_score, "observed": self.observed.as_json()}


@dataclass(frozen=True)
class Curves:
    """Points thin enough to draw."""

    roc: tuple[tuple[float, float], ...]
    precision_recall: tuple[tuple[float, float], ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "roc": [list(point) for point in self.roc],
            "precision_recall": [list(point) for point in self.precision_recall],
        }


@dataclass(frozen=True)
class Histogram:
    """How many rows scored between two edges, by what became of them."""

    edges: tuple[float, ...]
    readmitted: tuple[int, ...]
    others: tuple[int, ...]

    def as_json(self) -> dict[str, Any]:
        return {"edges": list(self.edges), "readmitted": list(self.readmitted), "others": list(self.others)}


@dataclass(frozen=True)
class Subgroup:
    """One group of held-out patients. Where it is censored, counts that could tell of single patients are None too."""

    factor: str
    group: str
    rows: int | None
    patients: int | None
    readmitted: int | None
    figures: Metrics = field(default_factory=dict)

    @property
    def censored(self) -> bool:
        return not self.figures

    def as_json(self) -> dict[str, Any]:
        counts = {"rows": self.rows, "patients": self.patients, "readmitted": self.readmitted, "censored": self.censored}
        return {"factor": self.factor, "group": self.group, **counts, **_each(self.figures)}


@dataclass(frozen=True)
class ModelFigures:
    """Everything that was measured of one engine or comparator."""

    name: str
    label: str
    kind: str  # engine | comparator
    is_probability: bool
    figures: Metrics
    thresholds: Sequence[AtThreshold]
    curves: Curves
    net_benefit: Sequence[NetBenefit] = ()
    calibration: Sequence[CalibrationBin] = ()
    histogram: Histogram | None = None
    subgroups: Sequence[Subgroup] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "kind": self.kind,
            "is_probability": self.is_probability,
            **self._flat(),
            "thresholds": [threshold.as_json() for threshold in self.thresholds],
            "net_benefit": [point.as_json() for point in self.net_benefit],
            "calibration": [part.as_json() for part in self.calibration],
            "curves": self.curves.as_json(),
            "histogram": self.histogram.as_json() if self.histogram else None,
            "subgroups": [group.as_json() for group in self.subgroups],
        }

    def _flat(self) -> dict[str, float | None]:
        flat: dict[str, float | None] = {}
        for name, written in NAMES.items():
            metric = self.figures.get(name)
            flat[written] = metric.value if metric else None
            flat[f"{written}_low"], flat[f"{written}_high"] = (metric.low, metric.high) if metric else (None, None)
        return flat


@dataclass(frozen=True)
class Difference:
    """An engine less another model, on the same rows and the same draws."""

    engine: str
    against: str
    figures: Metrics

    def as_json(self) -> dict[str, Any]:
        return {"engine": self.engine, "against": self.against, **_each(self.figures)}


@dataclass(frozen=True)
class Repeat:
    """One further seed: another split, another fit, the reference settings beside it."""

    seed: int
    auc: float
    reference: float
    difference: Metric

    def as_json(self) -> dict[str, Any]:
        return {"seed": self.seed, "auc": self.auc, "reference": self.reference, "difference": self.difference.as_json()}


@dataclass(frozen=True)
class Repeats:
    """The spread of one engine over further seeds."""

    seeds: Sequence[Repeat]

    def as_json(self) -> dict[str, Any]:
        return {
            "seeds": [repeat.as_json() for repeat in self.seeds],
            **_spread("auc", [repeat.auc for repeat in self.seeds]),
            **_spread("reference", [repeat.reference for repeat in self.seeds]),
            **_spread("difference", [repeat.difference.value for repeat in self.seeds]),
        }


@dataclass(frozen=True)
class ValidationResult:
    """See the module. `as_json` has plain types only; a figure that does not exist is null."""

    protocol: str
    seed: int
    rows: int
    patients: int
    readmitted: int
    draws: int
    data: Mapping[str, Any]
    features: Mapping[str, Any]
    engines: Mapping[str, ModelFigures]
    comparators: Mapping[str, ModelFigures]
    differences: Sequence[Difference]
    leaks: Sequence[Mapping[str, Any]]
    made: Mapping[str, Any]
    uncertainty: Mapping[str, Any] | None = None
    repeats: Mapping[str, Repeats] | None = None

    def as_json(self) -> dict[str, Any]:
        written = {
            "format": FORMAT,
            "protocol": self.protocol,
            "seed": self.seed,
            "rows": self.rows,
            "patients": self.patients,
            "readmitted": self.readmitted,
            "rate": self.readmitted / self.rows,
            "draws": self.draws,
            "data": dict(self.data),
            "features": dict(self.features),
            "engines": {name: figures.as_json() for name, figures in self.engines.items()},
            "comparators": {name: figures.as_json() for name, figures in self.comparators.items()},
            "differences": [difference.as_json() for difference in self.differences],
            "leaks": [dict(verdict) for verdict in self.leaks],
            "uncertainty": dict(self.uncertainty) if self.uncertainty else None,
            "repeats": {name: repeats.as_json() for name, repeats in self.repeats.items()} if self.repeats else None,
            "made": dict(self.made),
        }
        return finite(written)  # type: ignore[no-any-return]  # a dict stays a dict


def _each(figures: Metrics) -> dict[str, Any]:
    return {NAMES.get(name, name): metric.as_json() for name, metric in figures.items()}


def _spread(name: str, values: Sequence[float]) -> dict[str, float]:
    sd = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return {f"{name}_mean": float(np.mean(values)), f"{name}_sd": sd, f"{name}_least": float(np.min(values))}


def finite(value: Any) -> Any:
    """The same, with None for numbers that JSON does not know."""
    if isinstance(value, dict):
        return {key: finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [finite(inner) for inner in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
