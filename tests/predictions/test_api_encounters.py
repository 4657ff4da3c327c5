from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from clinical.access import scope_of_the_system
from clinical.models import AuditEvent, CareUnit, Encounter, User
from predictions.models import ModelVersion
from tests.factories import member
from tests.predictions.api_world import ENCOUNTERS, caller, stay


@pytest.fixture
def ehr(ehr_client: User) -> APIClient:
    return caller(ehr_client)


def count_of_stays() -> int:
    with scope_of_the_system():
        return Encounter.objects.count()


def test_a_stay_that_is_told_of_is_scored_and_explained_at_once(version: ModelVersion, ehr: APIClient) -> None:
    answer = ehr.post(ENCOUNTERS, stay(), format="json")
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told["prediction"]["model"]["number"] == version.number
    assert told["prediction"]["in_words"].startswith("Of 100 patients like this")
    assert len(told["main_reasons"]) == 2
    assert told["not_scored"] is None
    again = ehr.get(answer["Location"])
    assert again.json() == told
    assert again["ETag"] == answer["ETag"]


def test_the_same_stay_again_changes_nothing(version: ModelVersion, ehr: APIClient) -> None:
    first, second = (ehr.post(ENCOUNTERS, stay(), format="json") for _ in range(2))
    assert (second.status_code, second.json()) == (200, first.json())
    assert count_of_stays() == 1


def test_a_stay_that_cannot_be_scored_yet_is_kept_and_waits(ehr: APIClient) -> None:
    answer = ehr.post(ENCOUNTERS, stay(), format="json")
    assert answer.status_code == 202
    assert answer.json()["not_scored"] == {"reason": "No model has been promoted yet.", "will_be_tried_again": True}
    assert ehr.get(answer["Location"]).json()["not_scored"] == answer.json()["not_scored"]


def test_a_stay_that_can_never_be_scored_says_so(version: ModelVersion, ehr: APIClient) -> None:
    told = ehr.post(ENCOUNTERS, stay(discharge_disposition=11), format="json")
    assert told.status_code == 201
    assert told.json()["prediction"] is None
    assert told.json()["not_scored"]["will_be_tried_again"] is False


def test_a_count_that_nobody_told_is_not_taken_for_nought(version: ModelVersion, ehr: APIClient) -> None:
    told = ehr.post(ENCOUNTERS, stay(medications_count=None), format="json").json()
    assert told["encounter"]["medications_count"] is None
    assert "medic" in told["not_scored"]["reason"].lower()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"medications_count": "16"}, "medications_count"),
        ({"medications_count": True}, "medications_count"),
        ({"medications_count": -1}, "medications_count"),
        ({"a1c_result": "9"}, "a1c_result"),
        ({"diagnosis_1": "٤٢٨"}, "diagnosis_1"),
        ({"drugs": {"aspirin": "up"}}, "drugs.aspirin"),
        ({"risk_probability": 0.1}, "risk_probability"),
        ({"admitted_at": 1_700_000_000}, "admitted_at"),
        ({"admitted_at": "2026-11-02T08:30:00"}, "admitted_at"),
        ({"discharged_at": "2026-11-01T08:30:00Z"}, "discharged_at"),
        ({"patient": {"birth_date": "1850-01-01"}}, "patient.birth_date"),
        ({"patient": {"family_name": "Oka\x07for"}}, "patient.family_name"),
        ({"unit": "NEPH"}, "unit"),
    ],
)
def test_a_fault_names_its_field_and_nothing_is_stored(
    change: dict[str, object], field: str, version: ModelVersion, ehr: APIClient, nephrology: CareUnit
) -> None:
    answer = ehr.post(ENCOUNTERS, stay(**change), format="json")
    assert answer.status_code == 422, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert count_of_stays() == 0


def test_a_correction_names_the_version_that_it_was_decided_on(version: ModelVersion, ehr: APIClient) -> None:
    first = ehr.post(ENCOUNTERS, stay(), format="json")
    place, change = first["Location"], {"inpatient_stays_prior_year": 7}
    assert ehr.patch(place, change, format="json").status_code == 428
    corrected = ehr.patch(place, change, format="json", headers={"If-Match": first["ETag"]})
    assert corrected.status_code == 200
    assert corrected.json()["encounter"]["inpatient_stays_prior_year"] == 7
    assert corrected.json()["encounter"]["medications_count"] == 16
    assert corrected.json()["prediction"]["id"] != first.json()["prediction"]["id"]
    assert ehr.patch(place, change, format="json", headers={"If-Match": first["ETag"]}).status_code == 412


def test_what_a_replacement_leaves_out_is_no_longer_known(version: ModelVersion, ehr: APIClient) -> None:
    first = ehr.post(ENCOUNTERS, stay(), format="json")
    body = stay()
    del body["a1c_result"], body["medications_count"]
    answer = ehr.put(first["Location"], body, format="json", headers={"If-Match": first["ETag"]})
    assert answer.status_code == 200, answer.content
    assert answer.json()["encounter"]["a1c_result"] is None
    assert answer.json()["encounter"]["medications_count"] is None


def test_another_wards_stay_is_the_same_as_none(version: ModelVersion, ehr: APIClient, nephrology: CareUnit) -> None:
    place = ehr.post(ENCOUNTERS, stay(), format="json")["Location"]
    stranger = caller(member("other", "ehr_client", nephrology))
    nowhere = place[:-4] + "0000"
    for path in ("", "/predictions", "/follow-ups", "/outcome"):
        foreign, missing = (stranger.get(each + path, headers={"X-Request-ID": "r"}) for each in (place, nowhere))
        assert foreign.status_code == missing.status_code == 404
        assert foreign.content == missing.content
    assert stranger.patch(place, {}, format="json", headers={"If-Match": "x"}).status_code == 404
    assert stranger.post(f"{place}/score").status_code == 404


def test_the_list_goes_a_page_at_a_time_and_filters(version: ModelVersion, ehr: APIClient) -> None:
    for number in range(5):
        on_the_ward = {"discharged_at": None} if number % 2 else {}
        ehr.post(ENCOUNTERS, stay(visit_number=f"V{number}", **on_the_ward), format="json")
    seen, cursor = [], None
    while True:
        page = ehr.get(ENCOUNTERS, {"limit": "2", **({"cursor": cursor} if cursor else {})}).json()
        seen += [item["visit_number"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == ["V4", "V3", "V2", "V1", "V0"]
    on_the_ward = ehr.get(ENCOUNTERS, {"on_the_ward": "true"}).json()["items"]
    assert [item["visit_number"] for item in on_the_ward] == ["V3", "V1"]
    patient = on_the_ward[0]["patient"]["id"]
    assert len(ehr.get(ENCOUNTERS, {"patient": patient, "discharged_since": "2026-11-07T00:00:00Z"}).json()["items"]) == 3
    assert ehr.get(ENCOUNTERS, {"unit": "NEPH"}).json()["items"] == []


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=1e9", "cursor=abc", "patient__source_id=1", "limit=1&limit=2"]
)
def test_a_question_that_means_nothing_is_refused(query: str, ehr: APIClient) -> None:
    answer = ehr.get(f"{ENCOUNTERS}?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


def test_every_access_is_in_the_log(version: ModelVersion, ehr: APIClient, ehr_client: User) -> None:
    place = ehr.post(ENCOUNTERS, stay(), format="json")["Location"]
    ehr.get(place)
    ehr.get(ENCOUNTERS)
    ehr.post(f"{place}/score")
    verbs = list(AuditEvent.objects.filter(actor_id=ehr_client.public_id).order_by("position").values_list("verb", flat=True))
    assert verbs == ["encounter.recorded", "encounter.viewed", "encounters.listed", "encounter.score_asked"]


@pytest.mark.parametrize("moment", ["2026-11-07T08:18:58-17:02", "9988-06-23T08:18:58+23:59", "0001-01-01T00:00:00+23:00"])
def test_a_time_far_from_utc_is_a_time_like_any_other(moment: str, version: ModelVersion, ehr: APIClient) -> None:
    assert ehr.get(ENCOUNTERS, {"discharged_since": moment}).status_code in {200, 422}
    for body in (stay(told_at=moment), stay(discharged_at=moment)):
        assert ehr.post(ENCOUNTERS, body, format="json").status_code in {200, 201, 422}
        (item,) = ehr.post(f"{ENCOUNTERS}/batch", {"encounters": [body]}, format="json").json()["items"]
        assert item["status"] in {200, 201, 422}
