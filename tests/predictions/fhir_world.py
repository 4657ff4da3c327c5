"""Resources that an EHR could send, and a client to send them."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from predictions.fhir.names import FACT, ICD9_CM, LOINC, RXNORM, UNIT
from tests.doors import EhrCaller

FHIR = "application/fhir+json"
NOW = datetime.now(UTC).replace(microsecond=0)
ADMITTED, DISCHARGED = NOW - timedelta(days=6), NOW - timedelta(days=1)

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Okafor</div>'},
    "identifier": [{"system": "urn:oid:1.2.36", "value": "MRN-501"}],
    "name": [{"use": "official", "family": "Okafor", "given": ["Miriam"]}],
    "gender": "female",
    "birthDate": "1951-04-02",
    "telecom": [{"system": "phone", "value": "555-0100"}],
}
NOUGHTS = ("procedures_count", "outpatient_visits_prior_year", "emergency_visits_prior_year", "inpatient_stays_prior_year")
ENCOUNTER: dict[str, Any] = {
    "resourceType": "Encounter",
    "identifier": [{"system": "urn:oid:1.2.37", "value": "V-9001"}],
    "extension": [{"url": f"{FACT}{name}", "valueInteger": 0} for name in NOUGHTS],
    "status": "finished",
    "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
    "priority": {"coding": [{"code": "EM"}]},
    "subject": {"reference": "urn:uuid:p"},
    "period": {"start": ADMITTED.isoformat(), "end": DISCHARGED.isoformat()},
    "hospitalization": {"dischargeDisposition": {"coding": [{"code": "home"}]}},
    "location": [{"location": {"identifier": {"system": UNIT, "value": "CARD"}}}],
}


def about(**told: Any) -> dict[str, Any]:
    return {"subject": {"reference": "urn:uuid:p"}, "encounter": {"reference": "urn:uuid:e"}, **told}


def condition(code: str, system: str = ICD9_CM, **told: Any) -> dict[str, Any]:
    return about(resourceType="Condition", code={"coding": [{"system": system, "code": code}]}, **told)


def medication(rxnorm: str, **told: Any) -> dict[str, Any]:
    concept = {"coding": [{"system": RXNORM, "code": rxnorm}]}
    return about(resourceType="MedicationRequest", status="active", intent="order", medicationCodeableConcept=concept, **told)


def laboratory(code: str, value: float, unit: str, **told: Any) -> dict[str, Any]:
    category = [{"coding": [{"code": "laboratory"}]}]
    return about(
        resourceType="Observation", status="final", category=category, code={"coding": [{"system": LOINC, "code": code}]},
        valueQuantity={"value": value, "unit": unit}, **told,
    )  # fmt: skip


def stay() -> list[dict[str, Any]]:
    """A patient, a stay and what was found and given: enough for a score."""
    return [
        deepcopy(PATIENT), deepcopy(ENCOUNTER), condition("428.0"), condition("250.02"), medication("6809"),
        medication("5856", extension=[{"url": f"{FACT}dose_change", "valueString": "up"}]), laboratory("4548-4", 8.4, "%"),
        laboratory("2345-7", 240, "mg/dL"),
    ]  # fmt: skip


def bundle(*resources: dict[str, Any], kind: str = "transaction") -> dict[str, Any]:
    """Each created; the patient and the stay are referred to by the others."""
    names = {"Patient": "urn:uuid:p", "Encounter": "urn:uuid:e"}
    entries = []
    for number, resource in enumerate(resources):
        name = resource["resourceType"]
        entries.append({
            "fullUrl": names.pop(name, f"urn:uuid:{number}"),
            "resource": resource,
            "request": {"method": "POST", "url": name},
        })  # fmt: skip
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


def send(caller: EhrCaller, body: Any, path: str = "/fhir") -> Any:
    return caller.post(path, body, format="json")


def issues(response: Any) -> list[tuple[str, str]]:
    """(expression, diagnostics) of each issue."""
    told = response.json()
    assert told["resourceType"] == "OperationOutcome", told
    return [((issue.get("expression") or [""])[0], issue["diagnostics"]) for issue in told["issue"]]


def searched(caller: EhrCaller, address: str) -> list[dict[str, Any]]:
    told = caller.get(address).json()
    assert told["resourceType"] == "Bundle", told
    return [entry["resource"] for entry in told.get("entry", [])]
