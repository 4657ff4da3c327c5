"""RiskAssessment: a prediction. FHIR's probabilities are percentages: said in each, and in the CapabilityStatement."""

from __future__ import annotations

from typing import Any

from clinical.models.encounter import READMISSION_WINDOW
from predictions.api.telling import in_words
from predictions.bands import BandName
from predictions.fhir.caller import Resource, fold
from predictions.fhir.names import METHOD, METHOD_CODE, PREDICTION, RISK_ASSESSMENT_CODE, RISK_PROBABILITY, SNOMED, UCUM
from predictions.fhir.telling.coded import coding, concept, identifier, instant, period, reference
from predictions.fhir.telling.encounters import diagnosis_id
from predictions.models import Prediction

HUNDRED = 100
DIGITS = 2
OUTCOME = "Unplanned readmission to hospital within 30 days of discharge"
# FHIR has no word between high and certain, and no patient is certain to come back
QUALITATIVE = {BandName.LOW: "low", BandName.MODERATE: "moderate", BandName.HIGH: "high", BandName.VERY_HIGH: "high"}
PERCENT_SAID = "probabilityDecimal and probabilityRange are percentages (0 to 100), as RiskAssessment.prediction defines them."
MITIGATION = {
    BandName.LOW: "No follow-up beyond the usual is suggested by this score alone.",
    BandName.MODERATE: "Consider a follow-up appointment and a review of the medicines before discharge.",
    BandName.HIGH: "Consider a phone call within 7 days, a follow-up appointment and a review of the medicines.",
    BandName.VERY_HIGH: (
        "Consider a phone call within 7 days, an early follow-up appointment, a review of the medicines, and home care."
    ),
}


def risk_assessment(row: Prediction) -> Resource:
    """Read with its encounter, patient and model version, and with `is_withdrawn` and `corrects` from `standing`."""
    stay = row.encounter
    return fold({
        "resourceType": "RiskAssessment",
        "id": str(row.public_id),
        "meta": {"lastUpdated": instant(row.changed_at)},  # type: ignore[attr-defined]  # annotated
        "identifier": [identifier(PREDICTION, str(row.public_id))],
        "status": status(row),
        "method": concept(METHOD, METHOD_CODE, f"{row.model_version.name} v{row.model_version.number}"),
        "code": concept(SNOMED, RISK_ASSESSMENT_CODE, "Risk of readmission within 30 days"),
        "subject": reference("Patient", stay.patient.public_id),
        "encounter": reference("Encounter", stay.public_id),
        "occurrenceDateTime": instant(row.scored_at),
        "performer": reference("Device", row.model_version.public_id),
        "basis": _basis(row),
        "prediction": _predictions(row),
        "mitigation": MITIGATION[BandName(row.band)],
    })  # fmt: skip


def status(row: Prediction) -> str:
    """Withdrawn; or made while the patient was still there; or made again from corrected facts; or final."""
    if row.is_withdrawn:  # type: ignore[attr-defined]  # annotated
        return "entered-in-error"
    if row.corrects:  # type: ignore[attr-defined]  # annotated
        return "amended"
    return "preliminary" if row.encounter.is_on_the_ward else "final"


def percent(probability: float) -> float:
    return round(HUNDRED * probability, DIGITS)


def _basis(row: Prediction) -> list[dict[str, Any]]:
    stay = row.encounter
    told = [place for place in (1, 2, 3) if getattr(stay, f"diagnosis_{place}")]
    return [reference("Encounter", stay.public_id), *(reference("Condition", diagnosis_id(stay, place)) for place in told)]


def _predictions(row: Prediction) -> list[dict[str, Any]]:
    """The risk, and the interval around it: FHIR has room for one of the two in each."""
    band, left = BandName(row.band), row.encounter.discharged_at
    shared = fold({
        "outcome": {"text": OUTCOME},
        "qualitativeRisk": {"coding": [coding(RISK_PROBABILITY, QUALITATIVE[band])], "text": band.label},
        "whenPeriod": period(left, left + READMISSION_WINDOW) if left else None,
    })  # fmt: skip
    interval = {"low": _quantity(row.risk_low), "high": _quantity(row.risk_high)}
    rationale = f"{in_words(row)} {PERCENT_SAID}"
    return [
        {**shared, "probabilityDecimal": percent(row.risk_probability), "rationale": rationale},
        {**shared, "probabilityRange": interval, "rationale": f"95 % interval. {PERCENT_SAID}"},
    ]


def _quantity(probability: float) -> dict[str, Any]:
    return {"value": percent(probability), "unit": "%", "system": UCUM, "code": "%"}
