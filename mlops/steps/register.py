"""Register: the version's row, its sealed evidence, and what MLflow is to be told; one transaction, one version a run."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from clinical import outbox
from mlops import code_version, recording
from mlops.datasets import Source
from mlops.evidence_pack import sealed
from mlops.messages import AUTOMATIC
from mlops.models import Evidence, RunStep, TrainingRun
from mlops.monitoring import profiles
from mlops.steps.data import candidate_of, dataset_of
from predictions.engines.calibrated import CalibratedModel
from predictions.models import MODEL_NAME, ModelStatus, ModelVersion


def take(run: TrainingRun) -> dict[str, Any]:
    """The finding names the version. Taken again after a kill, it finds the one that was made and makes no second."""
    model, dataset = candidate_of(run).model, dataset_of(run)
    unsaved, scores = _version_of(run, model), model.probabilities(dataset.held_out.matrix)
    with transaction.atomic():
        locked = TrainingRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        version = locked.version or recording.enter(unsaved)
        if locked.version is None:
            TrainingRun.objects.filter(pk=run.pk).update(version=version)
            profiles.keep_of(version, dataset, scores, of_this_hospital=run.specification["source"] == Source.DATABASE)
            _seal(run, version)
            _tell(run, version)
    return {"version": version.number, "public_id": str(version.public_id)}


def _version_of(run: TrainingRun, model: CalibratedModel) -> ModelVersion:
    found = run.evidence.appraisal["candidate"]
    return ModelVersion(
        engine=model.engine.name,
        artefact_sha256=run.found(RunStep.TRAIN)["artefact_sha256"],
        parameters={**model.engine.parameters, "calibration": vars(model.calibration)},
        training_data=run.found(RunStep.ASSEMBLE)["data"],
        metrics=found["figures"],
        bands=found["bands"],
        reliability=found["reliability"],
        status=ModelStatus.CANDIDATE if run.found(RunStep.GATE)["passed"] else ModelStatus.REJECTED,
        trained_at=timezone.now(),
        requested_by=run.requested_by,
    )


def _seal(run: TrainingRun, version: ModelVersion) -> None:
    evidence = Evidence.objects.select_for_update(of=("self",)).get(run=run)
    evidence.version = version
    evidence.lineage = _lineage(run, version)
    parts = {name: getattr(evidence, name) for name in ("appraisal", "verdict", "card", "lineage")}
    evidence.parts_sha256, evidence.seal = sealed(parts)
    evidence.sealed_at = timezone.now()
    evidence.save()


def _lineage(run: TrainingRun, version: ModelVersion) -> dict[str, Any]:
    return {
        "model": version.name,
        "version": version.number,
        "run": str(run.public_id),
        "trigger": run.trigger,
        "requested_by": run.requested_by.username if run.requested_by else "system",
        "reason": run.reason,
        "backend": run.backend,
        "specification": run.specification,
        "data": run.found(RunStep.ASSEMBLE).get("data", {}),
        "training": run.found(RunStep.TRAIN).get("report", {}),
        "code_version": code_version.current(),
        "feature_schema": version.feature_schema_id,
        "artefact_sha256": version.artefact_sha256,
        "signed_with": version.signed_with,
        "signature": version.signature,
    }


def _tell(run: TrainingRun, version: ModelVersion) -> None:
    outbox.put(kind="registry.run", subject=str(run.public_id), key=f"registry.run:{run.public_id}")
    outbox.put(kind="registry.alias", subject=MODEL_NAME)
    if settings.AUTO_PROMOTE and version.status == ModelStatus.CANDIDATE:
        outbox.put(kind=AUTOMATIC, subject=str(version.public_id), key=f"{AUTOMATIC}:{version.public_id}")
    run.say(f"Registered as {version}, {version.get_status_display().lower()}.")
