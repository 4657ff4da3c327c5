"""The register of model versions: recording a candidate, and making one the champion.

PostgreSQL holds that there is one champion; two promotions at once wait for each other, and the later one wins.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from clinical import audit
from clinical.models import User
from mlops import evaluation
from mlops.datasets import Dataset
from mlops.errors import PromotionRefusedError
from mlops.evaluation import Metrics
from mlops.observed import bands_of, reliability_of
from predictions import artefacts, champion
from predictions.engines.artefact import pack
from predictions.engines.base import Vector
from predictions.engines.calibrated import CalibratedModel
from predictions.errors import PredictionError
from predictions.features import schema
from predictions.models import FeatureSchema, ModelStatus, ModelVersion

_NUMBERING_LOCK = (7301, 2)


def record(
    *, model: CalibratedModel, dataset: Dataset, held_out_scores: Vector, metrics: Metrics, requested_by: User | None = None
) -> ModelVersion:
    """Keep a trained model as the next candidate. Its file is stored before the row that names it."""
    sha256 = artefacts.store().put(pack(model))
    readmitted = dataset.held_out.readmitted
    with transaction.atomic():
        _one_at_a_time()
        version = ModelVersion.objects.create(
            name=champion.NAME,
            number=_next_number(),
            engine=model.engine.name,
            artefact_sha256=sha256,
            feature_schema=_schema(),
            parameters={**model.engine.parameters, "calibration": vars(model.calibration)},
            training_data=dataset.as_json(),
            metrics=evaluation.as_json(metrics),
            bands=[band.as_json() for band in bands_of(held_out_scores, readmitted)],
            reliability=[part.as_json() for part in reliability_of(held_out_scores, readmitted)],
            trained_at=timezone.now(),
            requested_by=requested_by,
        )
        detail = {"number": version.number, "sha256": sha256}
        audit.record(
            actor=requested_by, verb="model.recorded", subject_type="model_version", subject_id=version.public_id, detail=detail
        )
    return version


def promote(version: ModelVersion, *, by: User) -> ModelVersion:
    """Make `version` the champion and retire the one before, in one transaction.

    Who asked for a version may not promote it. A version that does not load here is refused before anything changes.
    """
    try:
        champion.load(version)
    except PredictionError as error:
        msg = f"{version} cannot become champion: {error}"
        raise PromotionRefusedError(msg) from error
    with transaction.atomic():
        _one_at_a_time()
        version = ModelVersion.objects.select_for_update().get(pk=version.pk)
        _refuse(version, by)
        before = ModelVersion.objects.select_for_update().filter(name=version.name, status=ModelStatus.CHAMPION).first()
        if before is not None:
            _become(before, ModelStatus.RETIRED)
        version.promoted_at, version.promoted_by = timezone.now(), by
        _become(version, ModelStatus.CHAMPION)
        detail = {"number": version.number, "retired": before.number if before else None}
        audit.record(actor=by, verb="model.promoted", subject_type="model_version", subject_id=version.public_id, detail=detail)
    return version


def _refuse(version: ModelVersion, by: User) -> None:
    if version.status not in {ModelStatus.CANDIDATE, ModelStatus.RETIRED}:
        msg = f"{version} is {version.get_status_display().lower()}: only a candidate or a retired version becomes champion."
        raise PromotionRefusedError(msg)
    if version.requested_by_id == by.pk:
        msg = f"{by.username} asked for {version}; somebody else has to promote it."
        raise PromotionRefusedError(msg)


def _become(version: ModelVersion, status: ModelStatus) -> None:
    version.status = status
    version.save(update_fields=["status", "promoted_at", "promoted_by"])


def _one_at_a_time() -> None:
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", _NUMBERING_LOCK)


def _next_number() -> int:
    return (ModelVersion.objects.filter(name=champion.NAME).aggregate(last=Max("number"))["last"] or 0) + 1


def _schema() -> FeatureSchema:
    kept, _ = FeatureSchema.objects.get_or_create(
        hash=schema.schema_hash(), defaults={"version": schema.VERSION, "definition": schema.definition()}
    )
    return kept
