"""The profile of what a version learned from, kept beside it: what every later night is held against.

A unit differs from the hospital by its nature, so each unit with enough rows has a reference of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import structlog
from django.db import transaction

from clinical import audit
from clinical.access import scope_of_the_system
from clinical.models import Encounter
from mlops import datasets
from mlops.datasets import Dataset, Protocol
from mlops.errors import OperationError
from mlops.models import TrainingProfile
from mlops.monitoring.reference import Column, Matrix, Profile, Scores, column_in_cells_of, profile_of, scores_of
from mlops.monitoring.statistics import Vector
from predictions import champion
from predictions.bands import BandName
from predictions.errors import PredictionError
from predictions.features import schema
from predictions.models import ModelVersion

FEWEST_OF_A_UNIT = 200
Units = npt.NDArray[np.int64]
log = structlog.get_logger(__name__)


def keep(
    version: ModelVersion, matrix: Matrix, scores: Vector, *, units: Units | None = None, score_units: Units | None = None,
    made_from: str = "training rows",
) -> TrainingProfile:  # fmt: skip
    """Store the profile of a version once. `matrix` holds the rows that it learned from, `scores` those of held-out patients,
    whom it had not seen; `units` and `score_units` the unit of each, where it is known. Call it inside a transaction.
    """
    threshold = threshold_of(version)
    whole = profile_of(matrix, scores, described=watched(), threshold=threshold)
    of_units = {}
    if units is not None and score_units is not None:
        for unit in np.unique(units).tolist():
            mine, its_scores = matrix[units == unit], scores[score_units == unit]
            if min(len(mine), len(its_scores)) >= FEWEST_OF_A_UNIT:
                of_units[str(unit)] = _unit_as_json(whole, mine, its_scores)
    profile, _ = TrainingProfile.objects.get_or_create(
        version=version,
        defaults={"whole": whole.as_json(), "units": of_units, "rows": len(matrix), "made_from": made_from},
    )
    return profile


def keep_of(version: ModelVersion, dataset: Dataset, held_out_scores: Vector, *, of_this_hospital: bool) -> TrainingProfile:
    """The same from a dataset; where its encounters are this database's own, with their units."""
    if not of_this_hospital:
        return keep(version, dataset.training.matrix, held_out_scores)
    return keep(
        version, dataset.training.matrix, held_out_scores,
        units=units_of(dataset.training.table["encounter_id"].to_numpy()),
        score_units=units_of(dataset.held_out.table["encounter_id"].to_numpy()),
    )  # fmt: skip


def of(version: ModelVersion) -> TrainingProfile | None:
    """The profile of a version; made anew from the database's encounters where none was kept, None where it cannot be."""
    kept = TrainingProfile.objects.filter(version=version).first()
    if kept is not None:
        return kept
    try:
        return rebuild(version)
    except (OperationError, PredictionError) as error:
        log.warning("no profile to hold predictions against", version=version.number, reason=type(error).__name__)
        return None


def rebuild(version: ModelVersion) -> TrainingProfile:
    """From the encounters whose outcome was known when the version was trained, split as its training was by its seed."""
    model = champion.load(version).model
    seed = int(version.training_data.get("seed", 0))
    dataset = datasets.from_database(as_of=version.trained_at, protocol=Protocol.BY_PATIENT, seed=seed)
    scores = model.probabilities(dataset.held_out.matrix)
    with transaction.atomic():
        profile = keep(
            version, dataset.training.matrix, scores, units=units_of(dataset.training.table["encounter_id"].to_numpy()),
            score_units=units_of(dataset.held_out.table["encounter_id"].to_numpy()),
            made_from="the database's encounters as of the training",
        )  # fmt: skip
        detail = {"number": version.number, "rows": profile.rows}
        audit.record(
            actor=None, verb="profile.rebuilt", subject_type="model_version", subject_id=version.public_id, detail=detail
        )
    return profile


def read(profile: TrainingProfile) -> tuple[Profile, dict[int, Profile]]:
    """Of all, and of each unit that has one."""
    whole = Profile.from_json(profile.whole)
    return whole, {int(unit): _unit_from_json(whole, stored) for unit, stored in profile.units.items()}


def watched() -> list[Mapping[str, Any]]:
    """What is read from the record, in the order of the matrix; what is derived of it moves with it."""
    return list(schema.definition()["features"][: len(schema.names())])


def threshold_of(version: ModelVersion) -> float:
    """Where the high band begins: what a ward's list shows as high."""
    starts = {band["name"]: float(band["from_probability"]) for band in version.bands}
    return starts.get(BandName.HIGH.value, 0.5)


def units_of(encounter_ids: npt.NDArray[np.int64]) -> Units:
    """The unit of each encounter; 0 where there is none such."""
    with scope_of_the_system():
        unit_of = dict(_in_parts(encounter_ids.tolist()))
    return np.array([unit_of.get(encounter_id, 0) for encounter_id in encounter_ids.tolist()], dtype=np.int64)


def _in_parts(encounter_ids: Sequence[int], *, at_once: int = 20_000) -> Iterator[tuple[int, int]]:
    for first in range(0, len(encounter_ids), at_once):
        yield from Encounter.objects.filter(pk__in=encounter_ids[first : first + at_once]).values_list("pk", "unit_id")


def _unit_as_json(whole: Profile, matrix: Matrix, scores: Vector) -> dict[str, Any]:
    """In the cells of the whole, so that only counts are stored again."""
    columns = [column_in_cells_of(column, matrix[:, place]) for place, column in enumerate(whole.columns)]
    counts = [column.counted().tolist() for column in columns]
    return {"counts": counts, "scores": scores_of(scores, threshold=whole.scores.threshold).as_json()}


def _unit_from_json(whole: Profile, stored: Mapping[str, Any]) -> Profile:
    columns = [
        Column(column.name, column.label, column.kind, column.cuts, np.array(counts[:-1], dtype=np.int64), int(counts[-1]))
        for column, counts in zip(whole.columns, stored["counts"], strict=True)
    ]
    return Profile(tuple(columns), Scores.from_json(stored["scores"]))
