"""The examples of the published schema. Nobody in them exists."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample

ENCOUNTER: dict[str, Any] = {
    "patient": {
        "medical_record_number": "MRN-1001",
        "family_name": "Okafor",
        "given_name": "Miriam",
        "birth_date": "1951-04-02",
        "sex": "female",
    },
    "visit_number": "V-2026-0001",
    "unit": "CARD",
    "admitted_at": "2026-11-02T08:30:00Z",
    "discharged_at": "2026-11-07T14:00:00Z",
    "race": "caucasian",
    "payer_code": "MC",
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
A_REFUSAL: dict[str, Any] = {
    "type": "about:blank",
    "title": "shape refused",
    "status": 422,
    "detail": "The request does not have the shape that the schema tells; nothing was stored.",
    "code": "shape_refused",
    "request_id": "5f0d4c889f1e2f4f7b7f6a11",
    "errors": [{"field": "patient.birth_date", "message": "must be a day such as 1951-04-02"}],
}
AN_ENCOUNTER = OpenApiExample("A stay that has ended", ENCOUNTER, request_only=True)
SOME_CORRECTION = OpenApiExample("A count corrected", {"inpatient_stays_prior_year": 3}, request_only=True)
A_FOLLOW_UP = OpenApiExample(
    "A call that was made", {"kind": "phone_call", "state": "done", "note": "Knows whom to ring."}, request_only=True
)
AN_OUTCOME = OpenApiExample("Back within 30 days", {"readmission": "within_30"}, request_only=True)
A_BATCH = OpenApiExample(
    "Two stays", {"encounters": [ENCOUNTER, {**ENCOUNTER, "visit_number": "V-2026-0002"}]}, request_only=True
)
