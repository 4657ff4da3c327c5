"""A Bundle comes in: what is stored, what is scored, and what is refused with its place."""

from __future__ import annotations

import pytest

from clinical.access import scope_of_the_system
from clinical.models import AuditEvent, CareUnit, Encounter, ReceivedResource
from predictions.models import ModelVersion
from tests.doors import EhrCaller, client_with
from tests.predictions import fhir_world as world


@pytest.fixture
def caller(cardiology: CareUnit) -> EhrCaller:
    return client_with("system/*.rs", "system/*.cu", unit=cardiology)


def test_a_transaction_is_stored_and_scored_and_the_score_reads_back(caller: EhrCaller, version: ModelVersion) -> None:
    answer = world.send(caller, world.bundle(*world.stay()))
    assert answer.status_code == 200, answer.json()
    assert [entry["response"]["status"] for entry in answer.json()["entry"]] == ["201 Created"] * 8
    with scope_of_the_system():
        kept = Encounter.objects.get(source_id="V-9001")
    assert (kept.diagnosis_1, kept.diagnoses_count, kept.drugs) == ("428.0", 2, {"metformin": "steady", "insulin": "up"})
    assert (kept.a1c_result, kept.max_glucose_serum, kept.lab_procedures_count) == ("over_8", "over_200", 2)
    (told,) = world.searched(caller, f"/fhir/RiskAssessment?encounter={kept.public_id}")
    assert told["status"] == "final"
    assert 0 <= told["prediction"][0]["probabilityDecimal"] <= 100
    assert "percentages" in told["prediction"][0]["rationale"]
    assert told["performer"] == {"reference": f"Device/{version.public_id}"}
    assert AuditEvent.objects.filter(verb="fhir.received").count() == 1


def test_the_same_transaction_again_changes_nothing(caller: EhrCaller, version: ModelVersion) -> None:
    world.send(caller, world.bundle(*world.stay()))
    with scope_of_the_system():
        before = Encounter.objects.get(source_id="V-9001").version
    again = world.send(caller, world.bundle(*world.stay()))
    assert {entry["response"]["status"] for entry in again.json()["entry"]} == {"200 OK"}
    with scope_of_the_system():
        assert Encounter.objects.get(source_id="V-9001").version == before
        assert ReceivedResource.objects.count() == 8


def test_a_transaction_with_one_fault_stores_nothing_and_names_the_place(caller: EhrCaller) -> None:
    resources = world.stay()
    del resources[0]["birthDate"]
    answer = world.send(caller, world.bundle(*resources))
    assert answer.status_code == 422
    assert ("Bundle.entry[0].resource.birthDate", "birth_date: is needed") in world.issues(answer)
    with scope_of_the_system():
        assert not Encounter.objects.exists()
        assert not ReceivedResource.objects.exists()


def test_what_was_sent_reads_back_without_its_narrative(caller: EhrCaller) -> None:
    answer = world.send(caller, world.bundle(*world.stay()))
    sent = world.stay()[0]
    del sent["text"]
    told = caller.get(f"/fhir/{answer.json()['entry'][0]['response']['location']}").json()
    assert {name: told[name] for name in sent} == sent


def test_a_stay_entered_in_error_withdraws_its_score(caller: EhrCaller, version: ModelVersion) -> None:
    world.send(caller, world.bundle(*world.stay()))
    patient, encounter = world.stay()[:2]
    answer = world.send(caller, world.bundle(patient, {**encounter, "status": "entered-in-error"}))
    assert answer.status_code == 200, answer.json()
    (told,) = world.searched(caller, "/fhir/Encounter?identifier=V-9001")
    assert told["status"] == "entered-in-error"
    (score,) = world.searched(caller, f"/fhir/RiskAssessment?_id={_score_id()}")
    assert score["status"] == "entered-in-error"


def test_a_corrected_diagnosis_gives_an_amended_score(caller: EhrCaller, version: ModelVersion) -> None:
    answer = world.send(caller, world.bundle(*world.stay()))
    number = answer.json()["entry"][3]["response"]["location"].removeprefix("Condition/")
    kept = caller.get(f"/fhir/Condition/{number}").json()
    corrected = {**kept, "code": {"coding": [{"system": world.ICD9_CM, "code": "585.6"}]}}
    put = caller.put(f"/fhir/Condition/{number}", corrected, format="json")
    assert put.status_code == 200, put.json()
    with scope_of_the_system():
        assert Encounter.objects.get(source_id="V-9001").diagnosis_2 == "585.6"
    statuses = [one["status"] for one in world.searched(caller, "/fhir/RiskAssessment")]
    assert statuses == ["amended", "final"]


def test_a_batch_takes_what_is_good(caller: EhrCaller) -> None:
    bad = {**world.stay()[0], "gender": 7, "identifier": [{"value": "other"}]}
    answer = world.send(caller, world.bundle(world.stay()[0], bad, kind="batch"))
    assert [entry["response"]["status"][:3] for entry in answer.json()["entry"]] == ["201", "422"]


def test_a_message_is_answered_with_a_message(caller: EhrCaller, version: ModelVersion) -> None:
    header = {
        "resourceType": "MessageHeader", "id": "m1", "eventCoding": {"system": "urn:x", "code": "discharge"},
        "source": {"endpoint": "urn:ehr"},
    }  # fmt: skip
    body = world.bundle(header, *world.stay(), kind="message")
    answer = world.send(caller, body, "/fhir/$process-message").json()
    assert answer["type"] == "message"
    assert answer["entry"][0]["resource"]["response"]["code"] == "ok"
    assert "RiskAssessment/" in answer["entry"][1]["resource"]["issue"][0]["diagnostics"]


def _score_id() -> str:
    from predictions.models import Prediction  # noqa: PLC0415  read once

    with scope_of_the_system():
        return str(Prediction.objects.get().public_id)
