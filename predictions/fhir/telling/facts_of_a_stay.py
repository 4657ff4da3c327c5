"""Condition and MedicationRequest of a stay whose sender told the facts and no resources."""

from __future__ import annotations

from collections.abc import Iterator

from clinical.code_lists import DRUGS, DrugChange
from clinical.models import Encounter
from predictions.fhir.caller import Resource, fold
from predictions.fhir.names import ATTRIBUTE, CONDITION_CATEGORY, CONDITION_VERIFICATION, ICD9_CM
from predictions.fhir.telling.coded import coding, concept, fact, reference
from predictions.fhir.telling.encounters import diagnosis_id, drug_id


def conditions(row: Encounter) -> Iterator[Resource]:
    """One for each diagnosis that is known; whether it is still active nobody told."""
    certainty = "entered-in-error" if row.is_entered_in_error else "confirmed"
    for place in (1, 2, 3):
        code = getattr(row, f"diagnosis_{place}")
        if code:
            yield {
                "resourceType": "Condition",
                "id": diagnosis_id(row, place),
                "verificationStatus": concept(CONDITION_VERIFICATION, certainty),
                "category": [concept(CONDITION_CATEGORY, "encounter-diagnosis")],
                "code": concept(ICD9_CM, code),
                "subject": reference("Patient", row.patient.public_id),
                "encounter": reference("Encounter", row.public_id),
            }


def medication_requests(row: Encounter) -> Iterator[Resource]:
    """One for each of the data set's drugs; others are only known by their number."""
    state = "entered-in-error" if row.is_entered_in_error else "active" if row.is_on_the_ward else "completed"
    for drug in DRUGS:
        change = row.drugs.get(drug)
        if change:
            yield fold({
                "resourceType": "MedicationRequest",
                "id": drug_id(row, drug),
                "extension": [fact("dose_change", change)],
                "status": state,
                "intent": "order",
                "medicationCodeableConcept": {"coding": [coding(f"{ATTRIBUTE}:drug", drug)], "text": drug},
                "subject": reference("Patient", row.patient.public_id),
                "encounter": reference("Encounter", row.public_id),
                "note": [{"text": str(DrugChange(change).label)}],
            })  # fmt: skip
