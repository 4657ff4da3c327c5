"""Device: one version of the model."""

from __future__ import annotations

from predictions.fhir.caller import Resource, fold
from predictions.fhir.names import MODEL
from predictions.fhir.telling.coded import identifier, instant
from predictions.models import ModelStatus, ModelVersion


def device(row: ModelVersion) -> Resource:
    """Active is the version in office and no other."""
    return fold({
        "resourceType": "Device",
        "id": str(row.public_id),
        "identifier": [identifier(MODEL, f"{row.name}/{row.number}")],
        "status": "active" if row.status == ModelStatus.CHAMPION else "inactive",
        "manufactureDate": instant(row.trained_at),
        "deviceName": [{"name": f"Wardlight {row.name}", "type": "model-name"}],
        "type": {"text": "Software that estimates a risk"},
        "version": [{"value": str(row.number)}],
        "property": [
            {"type": {"text": "SHA-256 of the artefact"}, "valueCode": [{"text": row.artefact_sha256}]},
            {"type": {"text": "Hash of the feature schema"}, "valueCode": [{"text": row.feature_schema_id}]},
            {"type": {"text": "Learner"}, "valueCode": [{"text": row.engine}]},
        ],
    })  # fmt: skip
