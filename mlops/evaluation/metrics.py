"""The figures that a model is recorded with, each with its 95 % interval where one was drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from mlops.evaluation.calibration import calibration_panel
from mlops.evaluation.draws import (
    DRAWS,
    Multiplicities,
    Outcomes,
    Panel,
    Patients,
    Vector,
    as_they_are,
    interval,
    over,
    patient_draws,
)
from mlops.evaluation.ranking import TOP_SHARE, auc_panel, ranking_panel


@dataclass(frozen=True)
class Metric:
    """A figure, with its 95 % interval where one was drawn."""

    value: float
    low: float | None = None
    high: float | None = None

    def as_json(self) -> dict[str, float | None]:
        return asdict(self)


Metrics: TypeAlias = Mapping[str, Metric]


def evaluate(scores: Vector, readmitted: Outcomes, patients: Patients, *, seed: int, draws: int = DRAWS) -> dict[str, Metric]:
    """Every figure of a model on held-out rows; the interval is drawn for the one that is quoted most."""
    drawn = patient_draws(patients, seed=seed, draws=draws)
    found = ranking_panel(scores, readmitted, (TOP_SHARE,))
    return {
        **plain(found, rows=len(scores)),
        **measured(auc_panel(scores, readmitted), drawn),
        **plain(calibration_panel(scores, readmitted), rows=len(scores)),
    }


def measured(panel: Panel, draws: Multiplicities) -> dict[str, Metric]:
    """Each figure of the panel with its interval."""
    return joined(as_they_are(panel, rows=draws.shape[1]), over(draws, panel))


def joined(figures: Mapping[str, float], drawn: Mapping[str, Vector]) -> dict[str, Metric]:
    """Figures with the intervals of their draws."""
    return {name: Metric(value, *interval(drawn[name])) for name, value in figures.items()}


def plain(panel: Panel, *, rows: int) -> dict[str, Metric]:
    return {name: Metric(value) for name, value in as_they_are(panel, rows=rows).items()}


def as_json(metrics: Metrics) -> dict[str, Any]:
    return {name: metric.as_json() for name, metric in metrics.items()}


def with_interval(
    panel: Callable[[Vector, Outcomes], Panel], scores: Vector, readmitted: Outcomes, patients: Patients, *, seed: int,
    draws: int = DRAWS,
) -> dict[str, Metric]:  # fmt: skip
    """The figures of one panel on their own draws."""
    return measured(panel(scores, readmitted), patient_draws(patients, seed=seed, draws=draws))
