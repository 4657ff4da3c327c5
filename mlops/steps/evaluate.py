"""Evaluate: the candidate and the champion of this moment on the same held-out patients, into the run's evidence."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from mlops.appraisal.appraising import appraise
from mlops.appraisal.comparing import caution_about
from mlops.appraisal.units import units_today
from mlops.errors import ChampionNotComparableError
from mlops.models import TrainingRun
from mlops.steps.data import candidate_of, champion_of, dataset_of, evidence_of, model_of, profile_of_training
from predictions.engines.calibrated import CalibratedModel
from predictions.errors import PredictionError
from predictions.features import schema
from predictions.models import ModelVersion


def take(run: TrainingRun) -> dict[str, Any]:
    """The finding tells the figures that a line of the log has room for; the evidence holds all."""
    champion = _comparable(champion_of(run))
    dataset = dataset_of(run)
    appraisal = appraise(
        dataset,
        candidate_of(run),
        _readable(champion),
        seed=run.specification["seed"],
        units=units_today(),
        champion_profile=profile_of_training(champion),
    )
    appraisal["caution"] = caution_about(champion.training_data, dataset) if champion else ""
    with transaction.atomic():
        evidence = evidence_of(run)
        evidence.appraisal, evidence.compared_with = appraisal, champion
        evidence.save(update_fields=["appraisal", "compared_with"])
    return {
        "compared_with": champion.number if champion else None,
        "auc": appraisal["candidate"]["figures"]["auc"],
        "paired": appraisal["paired"],
    }


def _comparable(champion: ModelVersion | None) -> ModelVersion | None:
    """A champion of another definition of the features cannot score these rows, here or anywhere with this code."""
    return champion if champion is not None and champion.feature_schema_id == schema.schema_hash() else None


def _readable(champion: ModelVersion | None) -> CalibratedModel | None:
    """One that ought to be readable and is not is no reason to go on without the comparison."""
    try:
        return model_of(champion) if champion else None
    except PredictionError as error:
        msg = f"{champion} cannot be read, so that nothing can be compared with it: {error}"
        raise ChampionNotComparableError(msg) from error
