"""Patient."""

from __future__ import annotations

from clinical.models import Patient
from predictions.fhir.caller import Resource, fold
from predictions.fhir.names import RECORD_NUMBER
from predictions.fhir.telling.coded import identifier, reference


def patient(row: Patient) -> Resource:
    """As it is known now. The age is never told: the birth date is."""
    merged = [{"other": reference("Patient", row.merged_into.public_id), "type": "replaced-by"}] if row.merged_into else []
    return fold({
        "resourceType": "Patient",
        "id": str(row.public_id),
        "identifier": [identifier(RECORD_NUMBER, row.medical_record_number, "MR")],
        "active": row.merged_into is None,
        "name": [{"use": "official", "family": row.family_name, "given": [row.given_name]}],
        "gender": row.sex,
        "birthDate": row.birth_date.isoformat(),
        "link": merged,
    })  # fmt: skip
