"""FHIR R4: what the server says it can do, a stay told by a transaction and read back, and Bundles that must be refused."""

from __future__ import annotations

from typing import Any

from mlops.conformance.checks import Check, has, header, lies, outcome, statuses, without_trace
from mlops.conformance.steps.stay import UNIT_CODE
from predictions.fhir.names import FACT, ICD9_CM, UNIT

DOOR = "FHIR R4"
TYPE = {"Content-Type": "application/fhir+json", "Accept": "application/fhir+json"}
VISIT = "CHECK-{run}-2"
COUNTS = {
    "procedures_count": 1, "medications_count": 16, "lab_procedures_count": 44, "outpatient_visits_prior_year": 0,
    "emergency_visits_prior_year": 1, "inpatient_stays_prior_year": 2,
}  # fmt: skip
PATIENT: dict[str, Any] = {
    "resourceType": "Patient", "identifier": [{"value": "CHECK-{run}"}], "gender": "female", "birthDate": "1951-04-02",
    "name": [{"family": "Conformance", "given": ["Check"]}],
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></div>'},
}  # fmt: skip
ENCOUNTER: dict[str, Any] = {
    "resourceType": "Encounter", "identifier": [{"value": VISIT}], "status": "finished", "class": {"code": "IMP"},
    "subject": {"reference": "urn:uuid:00000000-0000-4000-8000-000000000001"},
    "period": {"start": "{admitted_at}", "end": "{discharged_at}"},
    "location": [{"location": {"identifier": {"system": UNIT, "value": UNIT_CODE}}}],
    "extension": [{"url": f"{FACT}{name}", "valueInteger": count} for name, count in COUNTS.items()],
}  # fmt: skip
CONDITION: dict[str, Any] = {
    "resourceType": "Condition", "code": {"coding": [{"system": ICD9_CM, "code": "428.0"}]},
    "subject": {"reference": "urn:uuid:00000000-0000-4000-8000-000000000001"},
    "encounter": {"reference": "urn:uuid:00000000-0000-4000-8000-000000000002"},
}  # fmt: skip


def _bundle(*resources: dict[str, Any], kind: str = "transaction") -> dict[str, Any]:
    entries = [
        {
            "fullUrl": f"urn:uuid:00000000-0000-4000-8000-{number:012}",
            "resource": resource,
            "request": {"method": "POST", "url": resource.get("resourceType", "")},
        }
        for number, resource in enumerate(resources, start=1)
    ]
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


def _good(name: str, method: str, path: str, **others: Any) -> Check:
    return Check(DOOR, name, method, path, statuses(200), headers=TYPE, **others)


def _bad(name: str, *status: int, path: str = "/fhir", method: str = "POST", **others: Any) -> Check:
    """Refused by an OperationOutcome, and nothing of ours shown."""
    headers = TYPE | others.pop("headers", {})
    return Check(DOOR, name, method, path, statuses(*status), looks=(outcome, without_trace), headers=headers, **others)


CHECKS = (
    _good("the server says what it can do", "GET", "/fhir/metadata", with_token=False,
          looks=(has("resourceType", "CapabilityStatement"), has("fhirVersion", "4.0.1"), header("Content-Type", "fhir+json"))),
    _good("it says where tokens are given", "GET", "/fhir/.well-known/smart-configuration", with_token=False,
          looks=(has("token_endpoint"), has("grant_types_supported/0"))),
    _good("a transaction is taken whole", "POST", "/fhir", body=_bundle(PATIENT, ENCOUNTER, CONDITION),
          looks=(has("type", "transaction-response"), has("entry/2/response/status", "201 Created"))),
    _good("the same transaction again is the same stay", "POST", "/fhir", body=_bundle(PATIENT, ENCOUNTER, CONDITION),
          looks=(has("entry/1/response/status", "200 OK"),)),
    _good("the stay is found by its number", "GET", f"/fhir/Encounter?identifier={VISIT}",
          looks=(has("entry/0/resource/status", "finished"),), keeps={"fhir_stay": "entry/0/resource/id"}),
    _good("it is read, with its version", "GET", "/fhir/Encounter/{fhir_stay}", looks=(header("ETag"),)),
    _good("a risk is told in percent", "GET", "/fhir/RiskAssessment?identifier={prediction}",
          looks=(lies("entry/0/resource/prediction/0/probabilityDecimal", 0, 100),)),
    _bad("no token", 401, body=_bundle(PATIENT), with_token=False),
    _bad("no Bundle", 400, body={"resourceType": "Parameters"}),
    _bad("an entry without its resource", 422, body={"resourceType": "Bundle", "type": "transaction", "entry": [{}]}),
    _bad("an element that R4 does not have", 422, body=_bundle(PATIENT | {"shoeSize": 42})),
    _bad("a day that was not", 422, body=_bundle(PATIENT | {"birthDate": "2023-02-29"})),
    _bad("a stay that refers to another server", 422,
         body=_bundle(ENCOUNTER | {"subject": {"reference": "http://169.254.169.254/Patient/1"}})),
    _bad("a name told twice", 400, raw=b'{"resourceType": "Bundle", "resourceType": "Patient"}'),
    _bad("XML", 415, raw=b"<Patient/>", headers={"Content-Type": "application/fhir+xml"}),
    _bad("a parameter that nobody knows", 400, path="/fhir/Patient?shoe-size=42", method="GET"),
    _bad("a type that is not held here", 404, path="/fhir/Group", method="GET"),
    _bad("a resource that is not there", 404, path="/fhir/Patient/none", method="GET"),
)  # fmt: skip
