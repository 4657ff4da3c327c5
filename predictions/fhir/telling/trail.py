"""AuditEvent and Provenance: who did what to a stay, and where a stay and a score come from."""

from __future__ import annotations

from clinical.models import AuditEvent
from predictions.fhir.caller import Resource, fold
from predictions.fhir.names import AUDIT_TYPE, DATA_OPERATION, OURS, PARTICIPANT
from predictions.fhir.telling.coded import coding, concept, instant, reference
from predictions.models import Prediction

# the verbs that change a stay -> v3-DataOperation
CHANGES = {
    "encounter.recorded": "CREATE",
    "encounter.corrected": "UPDATE",
    "encounter.discharge_cancelled": "UPDATE",
    "encounter.entered_in_error": "NULLIFY",
}
_READS = ("viewed", "listed", "read", "searched", "answered")


def action(verb: str) -> str:
    """AuditEvent.action: created, read, updated, or carried out."""
    if verb == "encounter.recorded":
        return "C"
    if verb in CHANGES:
        return "U"
    return "R" if verb.endswith(_READS) else "E"


def audit_event(row: AuditEvent) -> Resource:
    """About a stay. The row's own hash goes along, so that an export can be held against the log."""
    at = instant(row.at)
    return fold({
        "resourceType": "AuditEvent",
        "id": str(row.position),
        "meta": {"lastUpdated": at},
        "type": coding(AUDIT_TYPE, "rest"),
        "subtype": [coding(f"{OURS}:verb", row.verb)],
        "action": action(row.verb),
        "recorded": at,
        "outcome": "0",
        "agent": [{"who": {"display": row.actor_name}, "requestor": True}],
        "source": {"observer": {"display": "Wardlight"}},
        "entity": [
            fold({
                "what": reference("Encounter", row.subject_id),
                "detail": [{"type": "hash", "valueString": row.hash}],
            })
        ],
    })  # fmt: skip


def provenance_of_score(row: Prediction) -> Resource:
    """A score comes from a stay by a version of the model."""
    return {
        "resourceType": "Provenance",
        "id": str(row.public_id),
        "target": [reference("RiskAssessment", row.public_id)],
        "recorded": instant(row.scored_at),
        "activity": concept(DATA_OPERATION, "CREATE"),
        "agent": [
            {"type": concept(PARTICIPANT, "assembler"), "who": reference("Device", row.model_version.public_id)},
        ],
        "entity": [{"role": "source", "what": reference("Encounter", row.encounter.public_id)}],
    }


def provenance_of_change(row: AuditEvent) -> Resource:
    """A stay, as somebody told or changed it."""
    return {
        "resourceType": "Provenance",
        "id": f"change-{row.position}",
        "target": [reference("Encounter", row.subject_id)],
        "recorded": instant(row.at),
        "activity": concept(DATA_OPERATION, CHANGES[row.verb]),
        "agent": [{"type": concept(PARTICIPANT, "author"), "who": {"display": row.actor_name}}],
    }
