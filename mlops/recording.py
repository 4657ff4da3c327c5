"""Recording versions: a trained model's file is stored, then signed and entered as the next number of its name."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from clinical import audit
from clinical.models import User
from mlops import evaluation
from mlops.datasets import Dataset
from mlops.evaluation import Metrics
from mlops.observed import bands_of, reliability_of
from mlops.releases import one_at_a_time
from predictions import artefacts, signing
from predictions.engines.artefact import pack
from predictions.engines.base import Vector
from predictions.engines.calibrated import CalibratedModel
from predictions.features import schema
from predictions.models import MODEL_NAME, FeatureSchema, ModelVersion


def record(
    *, model: CalibratedModel, dataset: Dataset, held_out_scores: Vector, metrics: Metrics, requested_by: User | None = None
) -> ModelVersion:
    """Keep a trained model as the next candidate. Its file is stored before the row that names it."""
    sha256 = artefacts.store().put(pack(model))
    readmitted = dataset.held_out.readmitted
    version = ModelVersion(
        engine=model.engine.name,
        artefact_sha256=sha256,
        parameters={**model.engine.parameters, "calibration": vars(model.calibration)},
        training_data=dataset.as_json(),
        metrics=evaluation.as_json(metrics),
        bands=[band.as_json() for band in bands_of(held_out_scores, readmitted)],
        reliability=[part.as_json() for part in reliability_of(held_out_scores, readmitted)],
        trained_at=timezone.now(),
        requested_by=requested_by,
    )
    return enter(version)


def enter(version: ModelVersion) -> ModelVersion:
    """Give a version its number and its row; its file has been stored."""
    with transaction.atomic():
        one_at_a_time()
        version.name, version.number = MODEL_NAME, _next_number()
        version.feature_schema = _schema()
        version.signature, version.signed_with = signing.sign(
            name=version.name, artefact_sha256=version.artefact_sha256, feature_schema=version.feature_schema_id,
            bands=version.bands, engine=version.engine,
        )  # fmt: skip
        version.save(force_insert=True)
        detail = {"number": version.number, "sha256": version.artefact_sha256, "status": version.status}
        audit.record(
            actor=version.requested_by, verb="model.recorded", subject_type="model_version", subject_id=version.public_id,
            detail=detail,
        )  # fmt: skip
    return version


def _next_number() -> int:
    return (ModelVersion.objects.filter(name=MODEL_NAME).aggregate(last=Max("number"))["last"] or 0) + 1


def _schema() -> FeatureSchema:
    kept, _ = FeatureSchema.objects.get_or_create(
        hash=schema.schema_hash(), defaults={"version": schema.VERSION, "definition": schema.definition()}
    )
    return kept
