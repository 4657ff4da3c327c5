"""The made-up stay that every door is told of, as REST has it."""

from __future__ import annotations

from typing import Any

UNIT_CODE = "CONFORMANCE"
STAY: dict[str, Any] = {
    "patient": {
        "medical_record_number": "CHECK-{run}",
        "family_name": "Conformance",
        "given_name": "Check",
        "birth_date": "1951-04-02",
        "sex": "female",
    },
    "visit_number": "CHECK-{run}-1",
    "unit": UNIT_CODE,
    "admitted_at": "{admitted_at}",
    "discharged_at": "{discharged_at}",
    "race": "caucasian",
    "medical_specialty": "Cardiology",
    "admission_type": 1,
    "admission_source": 7,
    "discharge_disposition": 1,
    "lab_procedures_count": 44,
    "procedures_count": 1,
    "medications_count": 16,
    "outpatient_visits_prior_year": 0,
    "emergency_visits_prior_year": 1,
    "inpatient_stays_prior_year": 2,
    "diagnoses_count": 9,
    "diagnosis_1": "428",
    "diagnosis_2": "250.02",
    "diagnosis_3": "403",
    "a1c_result": "over_8",
    "drugs": {"insulin": "up", "metformin": "steady"},
}


def changed(**facts: Any) -> dict[str, Any]:
    return STAY | facts
