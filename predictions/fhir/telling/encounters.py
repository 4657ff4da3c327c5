"""Encounter: a stay with every attribute that the model may look at, each an extension by its own name."""

from __future__ import annotations

from typing import Any

from clinical.models import Encounter
from predictions.fhir.caller import Resource, fold
from predictions.fhir.names import ACT_CODE, UNIT, VISIT_NUMBER
from predictions.fhir.telling.coded import coding, fact, identifier, period, reference

# told as extensions; drugs are MedicationRequests, diagnoses Conditions
FACTS = (
    "age_band", "race", "weight_band", "payer_code", "medical_specialty", "admission_type", "admission_source",
    "discharge_disposition", "lab_procedures_count", "procedures_count", "medications_count", "outpatient_visits_prior_year",
    "emergency_visits_prior_year", "inpatient_stays_prior_year", "diagnoses_count", "max_glucose_serum", "a1c_result",
    "any_drug_changed", "on_diabetes_medication",
)  # fmt: skip


def encounter(row: Encounter) -> Resource:
    """Read with its patient and unit."""
    return fold({
        "resourceType": "Encounter",
        "id": str(row.public_id),
        "extension": [fact(name, value) for name in FACTS if (value := getattr(row, name)) not in (None, "")],
        "identifier": [identifier(VISIT_NUMBER, row.source_id, "VN")],
        "status": status(row),
        "class": coding(ACT_CODE, "IMP", "inpatient encounter"),
        "subject": reference("Patient", row.patient.public_id),
        "period": period(row.admitted_at, row.discharged_at),
        "length": _days(row.length_of_stay_days),
        "diagnosis": _diagnoses(row),
        "location": [{"location": {"identifier": identifier(UNIT, row.unit.code), "display": row.unit.name}}],
    })  # fmt: skip


def status(row: Encounter) -> str:
    if row.is_entered_in_error:
        return "entered-in-error"
    return "in-progress" if row.is_on_the_ward else "finished"


def diagnosis_id(row: Encounter, place: int) -> str:
    return f"{row.public_id}-dx{place}"


def drug_id(row: Encounter, drug: str) -> str:
    return f"{row.public_id}-{drug}"


def _days(days: int | None) -> dict[str, Any] | None:
    return None if days is None else {"value": days, "unit": "days", "system": "http://unitsofmeasure.org", "code": "d"}


def _diagnoses(row: Encounter) -> list[dict[str, Any]]:
    return [
        {"condition": reference("Condition", diagnosis_id(row, place)), "rank": place}
        for place in (1, 2, 3)
        if getattr(row, f"diagnosis_{place}")
    ]
