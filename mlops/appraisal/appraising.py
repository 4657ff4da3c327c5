"""The whole of an appraisal: every figure of the candidate and of the champion, and of the one less the other.

1. Score the held-out rows with both.
2. Measure both on the same draws of patients, by the validation's arithmetic, and compare them draw by draw.
3. Measure both again on what is later than anything the candidate learned from.
4. Count whom each would raise on today's wards.
5. Hold the candidate's training data against those that the champion learned from.
6. Check what must be exact.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mlops import evaluation
from mlops.appraisal.burden import burden_of
from mlops.appraisal.checks import additivity_error, golden_error
from mlops.appraisal.leaks import leaks_in
from mlops.appraisal.units import UnitToday
from mlops.datasets import Dataset, Part
from mlops.evaluation import DRAWS, TOP_SHARE, Vector, patient_draws
from mlops.evaluation.decision import threshold_of_share
from mlops.observed import bands_of, reliability_of
from mlops.profiles import Profile, drift_between, profile_of
from mlops.validation.coverage import coverage_of
from mlops.validation.measuring import HeldOut, Measured, Scored, compared, measure
from mlops.validation.point_scores import POINT_SCORES
from mlops.validation.result import finite
from mlops.validation.subgroups import FEWEST, groups_of
from mlops.validation.validating import LABELS
from predictions.engines.calibrated import CalibratedModel

CANDIDATE, CHAMPION = "candidate", "champion"
_LABELS = {CANDIDATE: "Candidate", CHAMPION: "Champion"}


@dataclass(frozen=True)
class Appraised:
    """A model with what stands for it: its name in the appraisal, and its file where its golden rows are to be checked."""

    model: CalibratedModel
    artefact: bytes


def appraise(
    dataset: Dataset, candidate: Appraised, champion: CalibratedModel | None, *, seed: int, draws: int = DRAWS,
    units: Sequence[UnitToday] = (), champion_profile: Profile | None = None, on_step: Callable[[], object] = lambda: None,
) -> dict[str, Any]:  # fmt: skip
    """See the module. `champion_profile` is of the champion's own training data, as an earlier appraisal stored it."""
    part = dataset.held_out
    models = {CANDIDATE: candidate.model} | ({CHAMPION: champion} if champion else {})
    scores = {name: model.probabilities(part.matrix) for name, model in models.items()}
    measured = _measured(part, scores, seed=seed, draws=draws, on_step=on_step)
    comparators = {name: one for name, one in measured.items() if name in POINT_SCORES}
    profile = profile_of(dataset.training.matrix, candidate.model.probabilities(dataset.training.matrix), like=champion_profile)
    on_step()
    told = {
        **_counts(part),
        "data_sha256": dataset.sha256,
        "protocol": dataset.protocol.value,
        "seed": seed,
        "draws": draws,
        CANDIDATE: _model(measured[CANDIDATE], part, scores[CANDIDATE]),
        CHAMPION: _model(measured[CHAMPION], part, scores[CHAMPION]) if champion else None,
        "paired": _paired(measured),
        "comparators": {name: one.figures.as_json() for name, one in comparators.items()},
        "differences": [compared(measured[CANDIDATE], one).as_json() for name, one in measured.items() if name != CANDIDATE],
        "leaks": [verdict.as_json() for verdict in leaks_in(dataset)],
        "later": _later(dataset, scores, seed=seed, draws=draws),
        "burden": _burden(units, models, scores),
        "training_profile": profile,
        "data_drift": drift_between(champion_profile, profile) if champion_profile else None,
        "checks": {
            "additivity_error": additivity_error(candidate.model, part.matrix, scores[CANDIDATE]),
            "golden_error": golden_error(candidate.model, candidate.artefact),
        },
        "uncertainty": _uncertainty(candidate.model, part, scores[CANDIDATE], seed=seed),
    }
    on_step()
    return finite(told)  # type: ignore[no-any-return]  # a dict stays a dict


def _measured(
    part: Part, scores: dict[str, Vector], *, seed: int, draws: int, on_step: Callable[[], object] = lambda: None
) -> dict[str, Measured]:
    held_out = HeldOut(
        part.readmitted, part.patients, patient_draws(part.patients, seed=seed, draws=draws), groups_of(part.table)
    )
    models = [Scored(name, _LABELS[name], "engine", scored) for name, scored in scores.items()]
    points = [
        Scored(name, LABELS[name], "comparator", score(part.table), is_probability=False)
        for name, score in POINT_SCORES.items()
    ]
    found = {}
    for model in (*models, *points):
        found[model.name] = measure(model, held_out)
        on_step()
    return found


def _model(measured: Measured, part: Part, scores: Vector) -> dict[str, Any]:
    """The validation's shape of a model, with its figures by the names of the register."""
    return {
        **measured.figures.as_json(),
        "figures": evaluation.as_json(measured.figures.figures),
        "bands": [band.as_json() for band in bands_of(scores, part.readmitted)],
        "reliability": [one.as_json() for one in reliability_of(scores, part.readmitted)],
    }


def _paired(measured: dict[str, Measured]) -> dict[str, Any]:
    if CHAMPION not in measured:
        return {}
    difference = compared(measured[CANDIDATE], measured[CHAMPION])
    return {f"{name}_difference": metric.as_json() for name, metric in difference.figures.items()}


def _later(dataset: Dataset, scores: dict[str, Vector], *, seed: int, draws: int) -> dict[str, Any] | None:
    """The plain figures of the rows after the cut; None where there is no cut, or too few came back to tell anything."""
    if dataset.cut is None:
        return None
    rows = dataset.cut.later
    part = dataset.held_out.of(rows)
    told = {**dataset.cut.as_json(), **_counts(part)}
    if min(part.readmitted.sum(), (~part.readmitted).sum()) < FEWEST:
        return {**told, CANDIDATE: None, CHAMPION: None}
    found = {name: _figures_of(part, scored[rows], seed=seed, draws=draws) for name, scored in scores.items()}
    return {**told, CHAMPION: None, **found}


def _figures_of(part: Part, scores: npt.NDArray[np.float64], *, seed: int, draws: int) -> dict[str, Any]:
    found = evaluation.evaluate(scores, part.readmitted, part.patients, seed=seed, draws=draws)
    return {"figures": evaluation.as_json(found)}


def _burden(units: Sequence[UnitToday], models: dict[str, CalibratedModel], scores: dict[str, Vector]) -> list[dict[str, Any]]:
    """Each model raises whoever reaches the score that the highest fifth of held-out rows reach."""
    raising = {name: (model, threshold_of_share(scores[name], TOP_SHARE)) for name, model in models.items()}
    return burden_of(units, {CANDIDATE: raising[CANDIDATE], CHAMPION: raising.get(CHAMPION)})


def _uncertainty(model: CalibratedModel, part: Part, scores: Vector, *, seed: int) -> dict[str, Any] | None:
    ends = model.intervals(part.matrix, scores)
    return ends and coverage_of(scores, *ends, part.readmitted, part.patients, seed=seed).as_json()


def _counts(part: Part) -> dict[str, int]:
    return {"rows": len(part.readmitted), "patients": part.patients_count, "readmitted": int(part.readmitted.sum())}
