"""Task: what staff did, or plan to do, about a stay. Each row is one entry of the history, as it was written."""

from __future__ import annotations

from clinical.models import FollowUp
from clinical.models.follow_up import FollowUpState
from predictions.fhir.caller import Resource, fold
from predictions.fhir.names import FOLLOW_UP
from predictions.fhir.telling.coded import concept, identifier, instant, reference

STATUS = {
    FollowUpState.PLANNED: "accepted",
    FollowUpState.DONE: "completed",
    FollowUpState.NOT_POSSIBLE: "failed",
    FollowUpState.NOT_NEEDED: "cancelled",
}


def task(row: FollowUp) -> Resource:
    """Read with its encounter, patient and author."""
    at = instant(row.recorded_at)
    return fold({
        "resourceType": "Task",
        "id": str(row.public_id),
        "meta": {"lastUpdated": at},
        "identifier": [identifier(FOLLOW_UP, str(row.public_id))],
        "status": STATUS[FollowUpState(row.state)],
        "intent": "plan",
        "code": concept(FOLLOW_UP, row.kind, str(row.get_kind_display())),
        "focus": reference("RiskAssessment", row.prediction_id) if row.prediction_id else None,
        "for": reference("Patient", row.encounter.patient.public_id),
        "encounter": reference("Encounter", row.encounter.public_id),
        "authoredOn": at,
        "lastModified": at,
        "requester": {"display": str(row.recorded_by)},
        "note": [{"text": row.note}] if row.note else [],
    })  # fmt: skip
