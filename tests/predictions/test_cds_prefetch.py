"""A stay that nobody reported before, from what the EHR sends along with its call."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from clinical.access import scope_of_the_system
from clinical.models import CareUnit, Encounter, User
from predictions.models import ModelVersion
from tests.predictions.cds_client import SERVICE, CdsClient, cds_client_on

CONTEXT = {"userId": "Practitioner/7", "patientId": "p7", "encounterId": "e7"}
IDENTIFIER = "http://terminology.hl7.org/CodeSystem/v2-0203"
ICD9 = "http://hl7.org/fhir/sid/icd-9-cm"


@pytest.fixture
def ehr(cardiology: CareUnit) -> CdsClient:
    return cds_client_on(cardiology)


def identifier(code: str, value: str) -> dict[str, Any]:
    return {"type": {"coding": [{"system": IDENTIFIER, "code": code}]}, "value": value}


def bundle(*resources: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources], **members}


EMPTY = {"resourceType": "Bundle", "type": "searchset", "total": 0}
PATIENT = {
    "resourceType": "Patient", "id": "p7", "identifier": [identifier("MR", "MRN-7")],
    "name": [{"family": "Okafor", "given": ["Miriam"]}], "birthDate": "1951-04-02", "gender": "female",
}  # fmt: skip
STAY = {
    "resourceType": "Encounter", "id": "e7", "identifier": [identifier("VN", "V-7")], "status": "in-progress",
    "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
    "subject": {"reference": "Patient/p7"}, "period": {"start": "2026-11-12T08:00:00Z"},
}  # fmt: skip
DIAGNOSIS = {
    "resourceType": "Condition", "id": "c1", "subject": {"reference": "Patient/p7"},
    "code": {"coding": [{"system": ICD9, "code": "428"}]},
}  # fmt: skip
INSULIN = {
    "resourceType": "MedicationRequest", "id": "m1", "status": "active", "intent": "order",
    "subject": {"reference": "Patient/p7"}, "medicationCodeableConcept": {"text": "Insulin glargine"},
}  # fmt: skip
LAB = {
    "resourceType": "Observation", "id": "o1", "status": "final", "code": {"text": "Potassium"},
    "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}],
}  # fmt: skip
WHOLE = {
    "patient": PATIENT, "encounter": STAY, "conditions": bundle(DIAGNOSIS), "medications": bundle(INSULIN),
    "laboratory": bundle(LAB), "procedures": EMPTY, "encounters": bundle(STAY),
}  # fmt: skip


def ask(ehr: CdsClient, prefetch: dict[str, Any], **changes: Any) -> Any:
    call = {"hook": "encounter-discharge", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "context": CONTEXT}
    return ehr.post(SERVICE, {**call, "prefetch": prefetch, **changes})


def changed(key: str, **members: Any) -> dict[str, Any]:
    prefetch = copy.deepcopy(WHOLE)
    prefetch[key] = {name: value for name, value in {**prefetch[key], **members}.items() if value is not None}
    return prefetch


def stored() -> list[Encounter]:
    with scope_of_the_system():
        return list(Encounter.objects.select_related("patient", "unit"))


def test_a_stay_that_is_told_in_full_is_kept_and_scored(ehr: CdsClient, version: ModelVersion) -> None:
    answer = ask(ehr, WHOLE)
    assert answer.status_code == 200, answer.content
    (stay,) = stored()
    assert (stay.source_id, stay.patient.medical_record_number, stay.unit.code) == ("V-7", "MRN-7", "CARD")
    assert (stay.diagnosis_1, stay.diagnoses_count, stay.drugs) == ("428", 1, {"insulin": "steady"})
    assert (stay.procedures_count, stay.lab_procedures_count, stay.inpatient_stays_prior_year) == (0, 1, 0)
    with scope_of_the_system():
        assert stay.predictions.count() == 1


def test_what_was_not_told_makes_a_card_that_says_so(ehr: CdsClient, version: ModelVersion) -> None:
    prefetch = {name: value for name, value in WHOLE.items() if name != "medications"}
    (card,) = ask(ehr, prefetch).json()["cards"]
    assert "not scored" in card["summary"]
    assert stored()[0].medications_count is None


def test_one_page_of_several_is_no_count(ehr: CdsClient, version: ModelVersion) -> None:
    page = bundle(INSULIN, link=[{"relation": "next", "url": "https://ehr.test/fhir?page=2"}])
    (card,) = ask(ehr, {**WHOLE, "medications": page}).json()["cards"]
    assert "not scored" in card["summary"]


def test_the_next_call_about_the_stay_needs_no_prefetch(ehr: CdsClient, version: ModelVersion) -> None:
    ask(ehr, WHOLE)
    context = {"userId": "Practitioner/7", "patientId": "MRN-7", "encounterId": "V-7"}
    assert ask(ehr, {}, context=context).status_code == 200
    assert len(stored()) == 1


def test_a_visit_that_is_no_stay_is_nothing_to_tell_and_is_not_kept(ehr: CdsClient) -> None:
    outpatient = {**STAY["class"], "code": "AMB"}  # type: ignore[dict-item]
    assert ask(ehr, changed("encounter", **{"class": outpatient})).json() == {"cards": []}
    assert stored() == []


@pytest.mark.parametrize("lacking", ["patient", "encounter"])
def test_without_the_patient_or_the_stay_nothing_can_be_told(ehr: CdsClient, lacking: str) -> None:
    answer = ask(ehr, {name: value for name, value in WHOLE.items() if name != lacking})
    assert answer.status_code == 412
    assert lacking in answer.json()["detail"]
    assert stored() == []


def test_facts_that_cannot_be_true_are_named_and_not_kept(ehr: CdsClient) -> None:
    answer = ask(ehr, changed("patient", birthDate=None))
    assert answer.status_code == 412
    assert "birth_date is needed" in answer.json()["detail"]
    assert stored() == []


@pytest.mark.parametrize(
    ("key", "members"),
    [("patient", {"birthDate": "yesterday"}), ("encounter", {"status": 7}), ("patient", {"name": "Okafor"}),
     ("encounter", {"period": []}), ("patient", {"nonsense": 1}), ("encounter", {"class": "IMP"})],
)  # fmt: skip
def test_a_resource_that_is_none_is_refused_by_its_place(ehr: CdsClient, key: str, members: dict[str, Any]) -> None:
    answer = ask(ehr, changed(key, **members))
    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"][0]["field"].startswith(f"prefetch.{key}")
    assert stored() == []


def test_a_stay_of_a_ward_that_the_client_does_not_reach_is_refused(ehr: CdsClient, nephrology: CareUnit) -> None:
    elsewhere = [{"location": {"identifier": {"system": "urn:wardlight:unit", "value": "NEPH"}}}]
    answer = ask(ehr, changed("encounter", location=elsewhere))
    assert answer.status_code == 412
    assert stored() == []


def test_with_several_wards_the_encounter_says_which(cardiology: CareUnit, nephrology: CareUnit, version: ModelVersion) -> None:
    ehr = cds_client_on(cardiology, nephrology)
    assert ask(ehr, WHOLE).status_code == 412
    there = [{"location": {"identifier": {"system": "urn:wardlight:unit", "value": "NEPH"}}}]
    assert ask(ehr, changed("encounter", location=there)).status_code == 200
    assert [stay.unit.code for stay in stored()] == ["NEPH"]


def test_a_stay_that_is_known_is_not_changed_by_a_call(ehr: CdsClient, alice: User, version: ModelVersion) -> None:
    ask(ehr, WHOLE)
    ask(ehr, changed("conditions", entry=[]))
    assert stored()[0].diagnosis_1 == "428"
