"""What the later steps of a run read again: the frozen data, the candidate's file, and the champion of that moment."""

from __future__ import annotations

from typing import Any

from mlops.appraisal.appraising import Appraised
from mlops.blobs import blobs
from mlops.datasets import Dataset
from mlops.frozen import thaw
from mlops.models import Evidence, RunStep, TrainingRun
from predictions import artefacts
from predictions.engines.artefact import unpack
from predictions.engines.calibrated import CalibratedModel
from predictions.features import schema
from predictions.models import ModelStatus, ModelVersion


def dataset_of(run: TrainingRun) -> Dataset:
    """As it was frozen when the run began; refused where a byte of it has changed."""
    frozen = run.found(RunStep.ASSEMBLE)["frozen"]
    return thaw(frozen["place"], frozen["sha256"], blobs=blobs())


def candidate_of(run: TrainingRun) -> Appraised:
    """What the training step stored, checked like any model that is to score a patient."""
    sha256 = run.found(RunStep.TRAIN)["artefact_sha256"]
    data = artefacts.store().get(sha256)
    return Appraised(unpack(data, sha256=sha256, feature_schema=schema.schema_hash()), data)


def champion_of(run: TrainingRun) -> ModelVersion | None:
    return ModelVersion.objects.filter(name=run.model_name, status=ModelStatus.CHAMPION).first()


def model_of(version: ModelVersion) -> CalibratedModel:
    """A registered version, for measuring; one of another feature schema is refused by name."""
    data = artefacts.store().get(version.artefact_sha256)
    return unpack(data, sha256=version.artefact_sha256, feature_schema=version.feature_schema_id)


def evidence_of(run: TrainingRun) -> Evidence:
    """The run's evidence, begun where there is none."""
    evidence, _ = Evidence.objects.get_or_create(run=run)
    return evidence


def profile_of_training(version: ModelVersion | None) -> dict[str, Any] | None:
    """Of what a version learned from, if a run made it."""
    evidence = Evidence.objects.filter(version=version).first() if version else None
    return evidence.appraisal.get("training_profile") if evidence else None
