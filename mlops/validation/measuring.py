"""Every figure of one model on the held-out rows, drawn on the patients that all models of the run are drawn on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mlops.evaluation import Metric, Outcomes, Vector
from mlops.evaluation.calibration import calibration_panel
from mlops.evaluation.decision import (
    HALF,
    RISKS,
    net_benefit_panel,
    threshold_of_best_f1,
    threshold_of_share,
    threshold_panel,
)
from mlops.evaluation.draws import Multiplicities, as_they_are, over
from mlops.evaluation.metrics import joined, measured
from mlops.evaluation.ranking import TOP_SHARE, ranking_panel
from mlops.validation.curves import calibration_of, curves_of, histogram_of
from mlops.validation.result import AtThreshold, Difference, ModelFigures, NetBenefit, Subgroup
from mlops.validation.subgroups import Group, measured_in

RULE_HALF = "at least 0.5"
RULE_CHOSEN = "the score with the highest F1 among out-of-fold training scores"
RULE_CAPACITY = "the score that the highest fifth of out-of-fold training scores reach"
RULE_CAPACITY_HELD_OUT = "the score that the highest fifth of held-out scores reach, whatever became of them"
_COMPARED = ("auc", "auprc", "brier")


@dataclass(frozen=True)
class HeldOut:
    """The rows that models are judged on, and the draws of their patients."""

    readmitted: Outcomes
    patients: npt.NDArray[np.int64]
    draws: Multiplicities
    groups: Sequence[Group]


@dataclass(frozen=True)
class Scored:
    """One model's scores of the held-out rows. `out_of_fold`: the training rows' scores with their outcomes, to choose by;
    an engine without them gets its capacity threshold from the held-out scores alone.
    """

    name: str
    label: str
    kind: str
    scores: Vector
    is_probability: bool = True
    out_of_fold: tuple[Vector, Outcomes] | None = None


@dataclass(frozen=True)
class Measured:
    """A model's figures, and the draws of those that models are compared by."""

    figures: ModelFigures
    drawn: dict[str, Vector] = field(repr=False)


def measure(model: Scored, held_out: HeldOut) -> Measured:
    scores, readmitted, draws = model.scores, held_out.readmitted, held_out.draws
    ranked = ranking_panel(scores, readmitted)
    drawn = over(draws, ranked)
    figures = joined(as_they_are(ranked, rows=len(scores)), drawn)
    if model.is_probability:
        error = calibration_panel(scores, readmitted)
        drawn_errors = over(draws, error)
        figures |= joined(as_they_are(error, rows=len(scores)), drawn_errors)
        drawn |= drawn_errors
    found = ModelFigures(
        name=model.name,
        label=model.label,
        kind=model.kind,
        is_probability=model.is_probability,
        figures=figures,
        thresholds=tuple(_thresholds(model, held_out)),
        curves=curves_of(scores, readmitted),
        net_benefit=_net_benefit(scores, held_out) if model.is_probability else (),
        calibration=calibration_of(scores, readmitted, draws) if model.is_probability else (),
        histogram=histogram_of(scores, readmitted) if model.is_probability else None,
        subgroups=_subgroups(model, held_out) if model.kind == "engine" else (),
    )
    return Measured(found, {name: drawn[name] for name in _COMPARED if name in drawn})


def compared(engine: Measured, other: Measured) -> Difference:
    """The engine less the other, draw by draw; what one of them does not have is not compared."""
    return Difference(
        engine.figures.name,
        other.figures.name,
        {
            name: joined(
                {name: engine.figures.figures[name].value - other.figures.figures[name].value},
                {name: engine.drawn[name] - other.drawn[name]},
            )[name]
            for name in _COMPARED
            if name in engine.drawn and name in other.drawn
        },
    )


def _thresholds(model: Scored, held_out: HeldOut) -> Iterable[AtThreshold]:
    if not model.is_probability:
        return
    choices: list[tuple[str, str, float | None]] = [("half", RULE_HALF, HALF)]
    if model.out_of_fold:
        scores, readmitted = model.out_of_fold
        choices += [
            ("chosen", RULE_CHOSEN, threshold_of_best_f1(scores, readmitted)),
            ("capacity", RULE_CAPACITY, threshold_of_share(scores, TOP_SHARE)),
        ]
    elif model.kind == "engine":
        choices += [
            ("chosen", RULE_CHOSEN, None),
            ("capacity", RULE_CAPACITY_HELD_OUT, threshold_of_share(model.scores, TOP_SHARE)),
        ]
    else:
        choices += [("chosen", RULE_CHOSEN, None), ("capacity", RULE_CAPACITY, None)]
    for name, rule, value in choices:
        if value is None:
            yield AtThreshold(name, rule, None)
        else:
            panel = threshold_panel(model.scores, held_out.readmitted, value)
            yield AtThreshold(name, rule, value, measured(panel, held_out.draws))


def _net_benefit(scores: Vector, held_out: HeldOut) -> tuple[NetBenefit, ...]:
    found = measured(net_benefit_panel(scores, held_out.readmitted), held_out.draws)
    return tuple(
        NetBenefit(risk, found[f"model_{risk:.2f}"], found[f"everybody_{risk:.2f}"].value, found[f"gain_{risk:.2f}"])
        for risk in RISKS
    )


def _subgroups(model: Scored, held_out: HeldOut) -> tuple[Subgroup, ...]:
    chosen = threshold_of_share(model.out_of_fold[0] if model.out_of_fold else model.scores, TOP_SHARE)
    flagged = model.scores >= chosen
    return tuple(
        measured_in(group, model.scores, held_out.readmitted, held_out.patients, flagged=flagged, draws=held_out.draws)
        for group in held_out.groups
    )


def paired_difference(ours: Vector, theirs: Vector, readmitted: Outcomes, draws: Multiplicities) -> Metric:
    """AUC of one less AUC of the other, on the same draws."""
    panels = [ranking_panel(scores, readmitted, ()) for scores in (ours, theirs)]
    mine, other = (as_they_are(panel, rows=len(readmitted))["auc"] for panel in panels)
    mine_drawn, other_drawn = (over(draws, panel)["auc"] for panel in panels)
    return joined({"auc": mine - other}, {"auc": mine_drawn - other_drawn})["auc"]
