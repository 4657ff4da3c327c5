"""Reading and searching: everything that the CapabilityStatement lists works, and nothing beyond the caller's wards is told."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

import pytest

from clinical import follow_ups
from clinical.access import scope_of_the_system
from clinical.models import AuditEvent, CareUnit, Encounter, User
from clinical.models.follow_up import FollowUpKind, FollowUpState
from tests.doors import EhrCaller, client_with
from tests.factories import encounter_on
from tests.predictions import fhir_world as world
from tests.predictions.scored import scored

A_VALUE = {
    "date": "ge2020-01-01", "number": "ge0", "string": "oka", "token": "x", "reference": "00000000-0000-4000-8000-000000000000",
}  # fmt: skip


@pytest.fixture
def caller(cardiology: CareUnit) -> EhrCaller:
    return client_with("system/*.rs", unit=cardiology)


def test_every_listed_interaction_and_parameter_works(caller: EhrCaller, encounter: Encounter) -> None:
    scored(encounter)
    for resource in _statement(caller)["rest"][0]["resource"]:
        name, needed = resource["type"], _needed(resource, encounter)
        for parameter in resource["searchParam"]:
            asked = {**needed, parameter["name"]: A_VALUE[parameter["type"]]}
            answer = caller.get(f"/fhir/{name}", asked)
            assert answer.status_code == 200, (name, parameter, answer.json())
        for include in resource.get("searchInclude", []):
            assert caller.get(f"/fhir/{name}", {**needed, "_include": include}).status_code == 200
        for found in world.searched(caller, f"/fhir/{name}?{urlencode(needed)}"):
            assert caller.get(f"/fhir/{name}/{found['id']}").status_code == 200, found


def test_a_nurses_stay_is_told_in_every_type(caller: EhrCaller, encounter: Encounter, alice: User) -> None:
    score = scored(encounter, flags=())
    with scope_of_the_system():
        follow_ups.record(
            encounter=encounter, by=alice, kind=FollowUpKind.PHONE_CALL, state=FollowUpState.DONE, note="",
            prediction_id=score.public_id, submission_id=uuid.uuid4(),
        )  # fmt: skip
    about = f"?encounter={encounter.public_id}"
    assert [one["code"]["coding"][0]["code"] for one in world.searched(caller, f"/fhir/Condition{about}")] == [
        "428", "250.02", "403",
    ]  # fmt: skip
    assert {one["id"].partition("-insulin")[0] for one in world.searched(caller, f"/fhir/MedicationRequest{about}")}
    (task,) = world.searched(caller, f"/fhir/Task{about}")
    assert (task["status"], task["focus"]["reference"]) == ("completed", f"RiskAssessment/{score.public_id}")
    (origin,) = world.searched(caller, f"/fhir/Provenance?target=RiskAssessment/{score.public_id}")
    assert origin["entity"][0]["what"]["reference"] == f"Encounter/{encounter.public_id}"
    assert world.searched(caller, f"/fhir/AuditEvent?entity=Encounter/{encounter.public_id}")
    (device,) = world.searched(caller, "/fhir/Device?status=active")
    assert device["version"] == [{"value": "1"}]


def test_a_score_is_told_in_percent_with_its_interval(caller: EhrCaller, encounter: Encounter) -> None:
    scored(encounter, 0.23)
    (told,) = world.searched(caller, "/fhir/RiskAssessment?probability=23")
    assert told["prediction"][0]["probabilityDecimal"] == 23
    assert told["prediction"][1]["probabilityRange"]["high"]["code"] == "%"
    assert told["prediction"][0]["qualitativeRisk"]["coding"][0]["code"] == "high"
    assert world.searched(caller, "/fhir/RiskAssessment?probability=gt24") == []
    assert len(world.searched(caller, "/fhir/RiskAssessment?risk=high")) == 1


def test_another_wards_patient_is_the_same_as_none(caller: EhrCaller, nephrology: CareUnit) -> None:
    other = encounter_on(nephrology)
    scored(other)
    for address in (f"Patient/{other.patient.public_id}", f"Encounter/{other.public_id}", f"Condition/{other.public_id}-dx1"):
        absent = address.replace(str(other.public_id), "0" * 8 + str(other.public_id)[8:])
        there, nowhere = caller.get(f"/fhir/{address}"), caller.get(f"/fhir/{absent}")
        assert (there.status_code, there.json()) == (404, nowhere.json())
    for name in ("Patient", "Encounter", "RiskAssessment", f"Condition?encounter={other.public_id}"):
        assert world.searched(caller, f"/fhir/{name}") == []
    assert world.searched(caller, f"/fhir/AuditEvent?entity=Encounter/{other.public_id}") == []


def test_pages_follow_one_another_without_a_name_in_their_address(caller: EhrCaller, cardiology: CareUnit) -> None:
    for _number in range(5):
        encounter_on(cardiology)
    seen, address, pages = [], "/fhir/Patient?family=Okafor&_count=2", 0
    while address:
        told = caller.get(address).json()
        seen += [entry["resource"]["id"] for entry in told["entry"]]
        address = next((link["url"] for link in told["link"] if link["relation"] == "next"), "")
        assert "Okafor" not in address
        pages += 1
    assert (len(seen), len(set(seen)), pages) == (5, 5, 3)


def test_a_search_by_post_finds_the_same(caller: EhrCaller, encounter: Encounter) -> None:
    answer = caller.post("/fhir/Patient/_search", "family=Okafor", content_type="application/x-www-form-urlencoded")
    assert [entry["resource"]["id"] for entry in answer.json()["entry"]] == [str(encounter.patient.public_id)]


def test_what_is_included_comes_along_once(caller: EhrCaller, encounter: Encounter) -> None:
    scored(encounter)
    asked = {"_include": ["RiskAssessment:patient", "RiskAssessment:subject", "RiskAssessment:performer"]}
    told = caller.get("/fhir/RiskAssessment", asked).json()
    modes = [(entry["search"]["mode"], entry["resource"]["resourceType"]) for entry in told["entry"]]
    assert modes == [("match", "RiskAssessment"), ("include", "Patient"), ("include", "Device")]


def test_an_unknown_parameter_is_refused_unless_the_client_is_lenient(caller: EhrCaller, encounter: Encounter) -> None:
    assert caller.get("/fhir/Patient?colour=red").status_code == 400
    lenient = caller.get("/fhir/Patient?colour=red", headers={"Prefer": "handling=lenient"})
    assert lenient.status_code == 200
    assert "colour" not in lenient.json()["link"][0]["url"]


@pytest.mark.parametrize(
    "asked",
    [
        "Encounter?date=yesterday", "Encounter?date=ap2026", "RiskAssessment?probability=NaN", "Patient?birthdate=2026-13",
        "Patient?_count=-1", "Patient?_count=1e9", "Patient?family=", "Patient?_page=abc", "Patient?family:password=x",
        "Condition?code=250", "AuditEvent", "Encounter?_include=Encounter:unit", "RiskAssessment?date=9999-12-31T23:59:59Z&x=1",
        "Patient?patient__password=x", "Encounter?date=0000",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(caller: EhrCaller, asked: str) -> None:
    answer = caller.get(f"/fhir/{asked}")
    assert answer.status_code == 400, answer.json()
    assert world.issues(answer)


def test_what_the_client_has_is_not_sent_again(caller: EhrCaller, encounter: Encounter) -> None:
    address = f"/fhir/Encounter/{encounter.public_id}"
    first = caller.get(address)
    assert first["Content-Type"] == world.FHIR
    assert caller.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_xml_is_refused_both_ways(cardiology: CareUnit) -> None:
    caller = client_with("system/*.rs", "system/*.c", unit=cardiology)
    assert caller.get("/fhir/Patient", headers={"Accept": "application/fhir+xml"}).status_code == 406
    assert caller.get("/fhir/Patient?_format=xml").status_code == 406
    assert caller.get("/fhir/Patient?_format=json", headers={"Accept": "application/fhir+xml"}).status_code == 200
    answer = caller.post("/fhir", "<Bundle/>", content_type="application/fhir+xml")
    assert (answer.status_code, bool(world.issues(answer))) == (415, True)


def test_a_token_without_the_types_scope_is_refused(cardiology: CareUnit, encounter: Encounter) -> None:
    caller = client_with("system/Patient.rs", unit=cardiology)
    assert caller.get("/fhir/Patient").status_code == 200
    answer = caller.get("/fhir/RiskAssessment")
    assert answer.status_code == 403
    assert "system/RiskAssessment.rs" in world.issues(answer)[0][1]
    assert world.send(caller, world.bundle(*world.stay())).status_code == 403


def test_each_access_is_audited(caller: EhrCaller, encounter: Encounter) -> None:
    caller.get(f"/fhir/Patient/{encounter.patient.public_id}")
    caller.get("/fhir/Encounter?identifier=x")
    rows = AuditEvent.objects.filter(verb__startswith="fhir.").order_by("position")
    assert [(row.verb, row.subject_type) for row in rows] == [("fhir.read", "patient"), ("fhir.searched", "encounter")]


def _statement(caller: EhrCaller) -> dict[str, Any]:
    told: dict[str, Any] = caller.get("/fhir/metadata").json()
    return told


def _needed(resource: dict[str, Any], stay: Encounter) -> dict[str, str]:
    return {
        "AuditEvent": {"entity": f"Encounter/{stay.public_id}"},
        "Provenance": {"target": f"Encounter/{stay.public_id}"},
    }.get(
        resource["type"],
        {"encounter": str(stay.public_id)} if "needs one of" in resource.get("documentation", "") else {},
    )
