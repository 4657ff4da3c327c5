"""Calls for cards: what the specification lets a client send, which stay it means, and how refusals are told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from clinical.access import scope_of, scope_of_the_system
from clinical.models import AuditEvent, CareUnit, Encounter, Patient, User
from predictions.models import CdsCard, ModelVersion
from tests.factories import EncounterFactory, encounter_on
from tests.predictions.cds_client import SERVICE, CdsClient, call_about, cds_client_on
from tests.predictions.scored import scored

ACCESS = {"access_token": "t", "token_type": "Bearer", "expires_in": 300, "scope": "user/Patient.read", "subject": "cds"}


@pytest.fixture
def ehr(cardiology: CareUnit) -> CdsClient:
    return cds_client_on(cardiology)


@pytest.fixture
def ehr_client(ehr: CdsClient) -> User:
    return ehr.user


@pytest.fixture
def stay(encounter: Encounter) -> Encounter:
    """On the ward, at high risk."""
    scored(encounter, 0.23)
    return encounter


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"hook": "patient-discharge"}, "hook"),
     ({"hook": None}, "hook"),
     ({"hookInstance": "7"}, "hookInstance"),
     ({"hookInstance": None}, "hookInstance"),
     ({"context": {"userId": None}}, "context.userId"),
     ({"context": {"userId": "7"}}, "context.userId"),
     ({"context": {"userId": "Patient/7"}}, "context.userId"),
     ({"context": {"patientId": None}}, "context.patientId"),
     ({"context": {"patientId": "Patient/7"}}, "context.patientId"),
     ({"context": {"patientId": "https://ehr.test/Patient/7"}}, "context.patientId"),
     ({"context": {"patientId": 7}}, "context.patientId"),
     ({"context": {"encounterId": None}}, "context.encounterId"),
     ({"context": {"encounterId": "Encounter/7"}}, "context.encounterId"),
     ({"context": {"encounterId": "a\x07b"}}, "context.encounterId"),
     ({"fhirServer": "no address"}, "fhirServer"),
     ({"fhirServer": "https://[::1"}, "fhirServer"),
     ({"fhirAuthorization": ACCESS}, "fhirServer"),
     ({"fhirServer": "https://ehr.test/fhir", "fhirAuthorization": {**ACCESS, "token_type": "MAC"}},
      "fhirAuthorization.token_type"),
     ({"fhirServer": "https://ehr.test/fhir", "fhirAuthorization": {**ACCESS, "expires_in": "300"}},
      "fhirAuthorization.expires_in"),
     ({"prefetch": []}, "prefetch"),
     ({"prefetch": {"patient": "Patient/7"}}, "prefetch.patient"),
     ({"prefetch": {"patient": {"resourceType": "Encounter"}}}, "prefetch.patient"),
     ({"prefetch": {"conditions": {"resourceType": "Condition"}}}, "prefetch.conditions")],
)  # fmt: skip
def test_a_call_that_is_not_of_the_specification_names_what_is_wrong(
    ehr: CdsClient, stay: Encounter, wrong: dict[str, Any], field: str
) -> None:
    answer = ehr.call(stay, **wrong)
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert field in {error["field"] for error in answer.json()["errors"]}


@pytest.mark.parametrize("body", ["", "{", "[]", "7", '"text"', "null", '{"hook": NaN}'])
def test_a_body_that_is_no_call_is_refused(ehr: CdsClient, body: str) -> None:
    assert ehr.post(SERVICE, body).status_code == 400


def test_all_faults_are_told_at_once(ehr: CdsClient, stay: Encounter) -> None:
    answer = ehr.call(stay, hook="x", hookInstance="x", context={"patientId": "Patient/7"})
    assert len(answer.json()["errors"]) == 3


def test_a_service_that_is_not_offered_is_not_found(ehr: CdsClient, stay: Encounter) -> None:
    assert ehr.post("/cds-services/another", call_about(stay)).status_code == 404
    assert ehr.post("/cds-services/another/feedback", {"feedback": []}).status_code == 404


def test_members_that_the_specification_leaves_free_are_passed_over(ehr: CdsClient, stay: Encounter) -> None:
    free = {"extension": {"org.example.site": {"building": 4}}, "prefetch": {"patient": None, "something": 7}, "user": "x"}
    assert len(ehr.cards(stay, **free)) == 1


def test_access_to_the_clients_fhir_server_is_neither_needed_nor_kept(
    ehr: CdsClient, stay: Encounter, caplog: pytest.LogCaptureFixture
) -> None:
    # nobody listens there: whoever called it would fail
    offered = {"fhirServer": "https://127.0.0.1:9/fhir", "fhirAuthorization": {**ACCESS, "access_token": "canary-token"}}
    assert len(ehr.cards(stay, **offered)) == 1
    assert "canary-token" not in caplog.text
    assert not AuditEvent.objects.filter(detail__icontains="canary-token").exists()


# --- which stay --------------------------------------------------------------------------------------------------------------


def test_a_stay_is_found_by_the_hospitals_own_numbers(ehr: CdsClient, cardiology: CareUnit) -> None:
    stay = encounter_on(cardiology, provenance="ehr", source_id="V-1001")
    scored(stay, 0.3)
    assert len(ehr.cards(stay, context={"encounterId": "V-1001"})) == 1
    assert len(ehr.cards(stay, context={"encounterId": "V-1001", "patientId": str(stay.patient.public_id)})) == 1


def test_a_stay_is_found_by_the_numbers_in_prefetched_resources(ehr: CdsClient, cardiology: CareUnit) -> None:
    stay = encounter_on(cardiology, provenance="ehr", source_id="V-1001")
    scored(stay, 0.3)
    prefetch = {
        "patient": {
            "resourceType": "Patient",
            "id": "p7",
            "identifier": [identifier("MR", stay.patient.medical_record_number)],
        },
        "encounter": {"resourceType": "Encounter", "id": "e7", "identifier": [identifier("VN", "V-1001")]},
    }
    context = {"encounterId": "e7", "patientId": "p7"}
    assert len(ehr.cards(stay, context=context, prefetch=prefetch)) == 1


def identifier(code: str, value: str) -> dict[str, Any]:
    return {"type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": code}]}, "value": value}


def test_a_stay_of_another_patient_gives_no_card(ehr: CdsClient, stay: Encounter, ehr_client: User) -> None:
    answer = ehr.call(stay, context={"patientId": "F9999999"})
    assert answer.status_code == 412
    assert "not as this patient's" in answer.json()["detail"]
    with scope_of(ehr_client):
        assert not CdsCard.objects.exists()


def test_a_prefetched_resource_of_somebody_else_is_refused(ehr: CdsClient, stay: Encounter) -> None:
    answer = ehr.call(stay, prefetch={"patient": {"resourceType": "Patient", "id": "somebody-else"}})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "prefetch.patient.id"


def test_a_number_that_was_merged_away_still_names_its_patient(ehr: CdsClient, cardiology: CareUnit) -> None:
    stay, other = encounter_on(cardiology), encounter_on(cardiology)
    scored(stay, 0.3)
    with scope_of_the_system():
        Patient.objects.filter(pk=other.patient_id).update(merged_into=stay.patient)
        Encounter.objects.filter(pk=other.pk).update(patient=stay.patient, discharged_at=other.admitted_at)
    assert len(ehr.cards(stay, context={"patientId": other.patient.medical_record_number})) == 1
    context = {"patientId": other.patient.medical_record_number, "encounterId": None}
    assert len(ehr.cards(stay, hook="patient-view", context=context)) == 1


def test_a_chart_without_an_encounter_shows_the_stay_that_goes_on(ehr: CdsClient, stay: Encounter) -> None:
    with scope_of_the_system():
        ended = EncounterFactory(patient=stay.patient, unit=stay.unit, discharged_at=timezone.now())
    scored(ended, 0.4)
    (card,) = ehr.cards(stay, hook="patient-view", context={"encounterId": None})
    assert str(stay.public_id) in card["links"][0]["url"]


def test_a_chart_of_a_patient_who_left_long_ago_shows_no_card(ehr: CdsClient, stay: Encounter) -> None:
    with scope_of_the_system():
        left = timezone.now() - timedelta(days=31)
        Encounter.objects.filter(pk=stay.pk).update(admitted_at=left - timedelta(days=4), discharged_at=left)
    assert ehr.cards(stay, hook="patient-view", context={"encounterId": None}) == []


def test_a_patient_that_nobody_knows_is_no_empty_list(ehr: CdsClient, stay: Encounter) -> None:
    answer = ehr.call(stay, hook="patient-view", context={"encounterId": None, "patientId": "F9999999"})
    assert answer.status_code == 412


def test_a_stay_entered_in_error_is_told_as_such(ehr: CdsClient, stay: Encounter) -> None:
    with scope_of_the_system():
        Encounter.objects.filter(pk=stay.pk).update(entered_in_error_at=timezone.now())
    (card,) = ehr.cards(stay)
    assert card["summary"] == "Readmission risk not scored: this stay was entered in error."


# --- scoring on the way ------------------------------------------------------------------------------------------------------


def test_a_stay_that_waits_for_its_score_is_scored_for_the_card(
    ehr: CdsClient, version: ModelVersion, encounter: Encounter, ehr_client: User
) -> None:
    ehr.cards(encounter)
    with scope_of(ehr_client):
        assert encounter.predictions.count() == 1


def test_without_a_model_the_card_says_that_the_risk_is_unknown(ehr: CdsClient, encounter: Encounter) -> None:
    (card,) = ehr.cards(encounter)
    assert card["summary"] == "Readmission risk not scored: no model has been promoted yet."


# --- the same call again -----------------------------------------------------------------------------------------------------


def test_the_same_call_again_is_answered_with_the_same_card(ehr: CdsClient, stay: Encounter, ehr_client: User) -> None:
    call = call_about(stay)
    first, second = (ehr.post(SERVICE, call).json() for _ in range(2))
    assert first == second
    with scope_of(ehr_client):
        assert CdsCard.objects.count() == 1


def test_another_moment_is_another_card_of_the_same_service(ehr: CdsClient, stay: Encounter) -> None:
    (at_chart,) = ehr.cards(stay, hook="patient-view")
    (at_discharge,) = ehr.cards(stay)
    assert at_chart["uuid"] != at_discharge["uuid"]


def test_each_call_is_in_the_audit_log_with_its_card(ehr: CdsClient, stay: Encounter, ehr_client: User) -> None:
    (card,) = ehr.cards(stay)
    row = AuditEvent.objects.get(verb="cds.answered")
    assert (row.actor_id, row.subject_id, row.detail["cards"]) == (
        ehr_client.public_id,
        str(stay.public_id),
        [card["uuid"]],
    )
