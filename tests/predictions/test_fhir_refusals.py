"""Bad resources: refused with an OperationOutcome that names the place, quickly, with nothing stored and nothing fetched."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from clinical.access import scope_of_the_system
from clinical.models import CareUnit, Encounter, Patient, ReceivedResource
from tests.doors import EhrCaller, client_with
from tests.factories import encounter_on
from tests.predictions import fhir_world as world


@pytest.fixture
def caller(cardiology: CareUnit) -> EhrCaller:
    return client_with("system/*.rs", "system/*.cu", unit=cardiology)


@pytest.fixture
def _nothing_is_stored(db: None) -> Iterator[None]:
    yield
    with scope_of_the_system():
        assert not ReceivedResource.objects.exists()
        assert not Encounter.objects.filter(provenance="ehr").exists()


def _first(**changes: Any) -> list[dict[str, Any]]:
    patient, *others = world.stay()
    return [{**patient, **changes}, *others]


def _second(**changes: Any) -> list[dict[str, Any]]:
    patient, encounter, *others = world.stay()
    return [patient, {**encounter, **changes}, *others]


REFUSED: dict[str, tuple[Any, str]] = {
    "no object": ([], "Bundle.resourceType"),
    "a text": ("Bundle", "Bundle.resourceType"),
    "another resource": (world.PATIENT, "Bundle.resourceType"),
    "a type that is none": ({"resourceType": "Bundle", "type": "salad"}, "Bundle.type"),
    "empty": ({"resourceType": "Bundle", "type": "transaction"}, "Bundle.entry"),
    "entries that are a text": ({"resourceType": "Bundle", "type": "transaction", "entry": "x"}, "Bundle.entry"),
    "an entry that is none": ({"resourceType": "Bundle", "type": "transaction", "entry": [7]}, "Bundle.entry"),
    "no resource": ({"resourceType": "Bundle", "type": "transaction", "entry": [{}]}, "Bundle.entry[0].resource"),
    "an unknown element": (world.bundle(*_first(colour="red")), "Bundle.entry[0].resource.colour"),
    "a birth date that is none": (world.bundle(*_first(birthDate="2023-02-29")), "Bundle.entry[0].resource.birthDate"),
    "a birth to come": (world.bundle(*_first(birthDate="2099-01-01")), "Bundle.entry[0].resource.birthDate"),
    "a number for a text": (world.bundle(*_first(gender=7)), "Bundle.entry[0].resource.gender"),
    "no status": (world.bundle(*_second(status=None)), "Bundle.entry[1].resource.status"),
    "a type not taken": (
        world.bundle({"resourceType": "Practitioner"}, *world.stay()), "Bundle.entry[0].resource",
    ),
    "an address elsewhere": (
        world.bundle(*_second(subject={"reference": "http://169.254.169.254/Patient/1"})),
        "Bundle.entry[1].resource.subject.reference",
    ),
    "a loop": (world.bundle(*_second(subject={"reference": "urn:uuid:e"})), "Bundle.entry[1].resource.subject.reference"),
    "a ward of nobody": (
        world.bundle(*_second(location=[{"location": {"identifier": {"system": world.UNIT, "value": "NOWHERE"}}}])),
        "Bundle.entry[1].resource.location[0].location.identifier.value",
    ),
    "a discharge before the admission": (
        world.bundle(*_second(period={"start": world.DISCHARGED.isoformat(), "end": world.ADMITTED.isoformat()})),
        "Bundle.entry[1].resource.period.end",
    ),
    "an attribute that is none": (
        world.bundle(*_second(extension=[{"url": f"{world.FACT}risk_probability", "valueDecimal": 0.1}])),
        "Bundle.entry[1].resource",
    ),
}  # fmt: skip


@pytest.mark.usefixtures("_nothing_is_stored")
@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_bundle_is_refused_at_its_place(caller: EhrCaller, case: str) -> None:
    body, place = REFUSED[case]
    began = time.perf_counter()
    answer = world.send(caller, body)
    assert time.perf_counter() - began < 5  # a bound for a busy machine; alone it takes milliseconds
    assert 400 <= answer.status_code < 500, answer.json()
    assert place in [expression for expression, _words in world.issues(answer)]


@pytest.mark.usefixtures("_nothing_is_stored")
@pytest.mark.parametrize(
    "body",
    [
        '{"resourceType": "Bundle"', '{"resourceType": "Bundle", "resourceType": "Bundle"}', '{"a": NaN}', '{"a": 1e400}', "",
        '{"a":' * 10_000 + "1" + "}" * 10_000, '"\\ud800"', "\x00",
    ],
    ids=["cut", "twice", "nan", "huge", "empty", "deep", "surrogate", "nul"],
)  # fmt: skip
def test_what_is_no_json_is_refused(caller: EhrCaller, body: str) -> None:
    answer = caller.post("/fhir", body, content_type=world.FHIR)
    assert 400 <= answer.status_code < 500
    assert world.issues(answer)


@pytest.mark.usefixtures("_nothing_is_stored")
def test_a_bundle_of_a_hundred_thousand_entries_is_refused(caller: EhrCaller) -> None:
    body = '{"resourceType":"Bundle","type":"transaction","entry":[' + ",".join(["{}"] * 100_000) + "]}"
    answer = caller.post("/fhir", body, content_type=world.FHIR)
    assert (answer.status_code, world.issues(answer)[0][0]) == (413, "Bundle.entry")


def test_a_patient_of_another_ward_is_not_known(caller: EhrCaller, nephrology: CareUnit) -> None:
    other = encounter_on(nephrology)
    _patient, encounter = world.stay()[:2]
    encounter["subject"] = {"reference": f"Patient/{other.patient.public_id}"}
    answer = world.send(caller, world.bundle(encounter))
    assert (answer.status_code, world.issues(answer)[0][0]) == (422, "Bundle.entry[0].resource.subject.reference")


def test_another_senders_ids_are_its_own(caller: EhrCaller, cardiology: CareUnit) -> None:
    other = client_with("system/*.rs", "system/*.cu", unit=cardiology)
    for sender, name in ((caller, "Okafor"), (other, "Lindqvist")):
        patient = {**world.PATIENT, "id": "7", "name": [{"family": name, "given": ["A"]}]}
        assert sender.put("/fhir/Patient/7", patient, format="json").status_code == 201
    assert caller.get("/fhir/Patient/7").json()["name"][0]["family"] == "Okafor"


def test_a_version_that_is_past_is_refused(caller: EhrCaller) -> None:
    first = caller.put("/fhir/Patient/7", {**world.PATIENT, "id": "7"}, format="json")
    changed = {**world.PATIENT, "id": "7", "gender": "other"}
    assert caller.put("/fhir/Patient/7", changed, format="json", headers={"If-Match": first["ETag"]}).status_code == 200
    again = caller.put("/fhir/Patient/7", {**changed, "gender": "male"}, format="json", headers={"If-Match": first["ETag"]})
    assert again.status_code == 412


def test_an_older_resource_does_not_overwrite_a_newer(caller: EhrCaller) -> None:
    for gender, told_at in (("female", "2026-11-20T10:00:00Z"), ("male", "2026-11-19T10:00:00Z")):
        patient = {**world.PATIENT, "id": "7", "gender": gender, "meta": {"lastUpdated": told_at}}
        assert caller.put("/fhir/Patient/7", patient, format="json").status_code in {200, 201}
    assert caller.get("/fhir/Patient/7").json()["gender"] == "female"


def test_a_value_in_another_unit_is_said_and_not_used(caller: EhrCaller) -> None:
    resources = [*world.stay()[:2], world.laboratory("4548-4", 65, "mmol/mol")]
    answer = world.send(caller, world.bundle(*resources))
    told = [issue["diagnostics"] for entry in answer.json()["entry"] for issue in entry["response"]["outcome"]["issue"]]
    assert any("4548-4 is told in %" in words for words in told)
    with scope_of_the_system():
        assert Encounter.objects.get(source_id="V-9001").a1c_result == ""


def test_a_stay_that_lacks_a_count_is_kept_and_says_so(caller: EhrCaller) -> None:
    _patient, encounter = world.stay()[:2]
    del encounter["extension"]
    answer = world.send(caller, world.bundle(*[_patient, encounter]))
    told = [issue["diagnostics"] for entry in answer.json()["entry"] for issue in entry["response"]["outcome"]["issue"]]
    assert any(words.startswith("Not scored") for words in told), told
    with scope_of_the_system():
        assert Patient.objects.filter(medical_record_number="MRN-501").exists()
