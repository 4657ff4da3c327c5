from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from clinical.access import scope_of_the_system
from clinical.models import Encounter, User
from predictions.models import ModelVersion, Prediction
from tests.predictions.api_world import ENCOUNTERS, caller, stay

BATCH = f"{ENCOUNTERS}/batch"


@pytest.fixture
def ehr(ehr_client: User) -> APIClient:
    return caller(ehr_client)


def test_each_stay_of_a_batch_stands_for_itself(version: ModelVersion, ehr: APIClient) -> None:
    bodies = [
        stay(visit_number="V1"),
        stay(visit_number="V2", medications_count="many"),
        stay(visit_number="V3", unit="NOWHERE"),
        stay(visit_number="V1"),
        stay(visit_number="V4", discharge_disposition=11),
        stay(visit_number="V5", patient={"birth_date": "2090-01-01", "medical_record_number": "MRN-9"}),
        "no stay at all",
    ]
    answer = ehr.post(BATCH, {"encounters": bodies}, format="json")
    assert answer.status_code == 200, answer.content
    told = answer.json()
    items = told["items"]
    assert [item["position"] for item in items] == [1, 2, 3, 4, 5, 6, 7]
    assert [item["status"] for item in items] == [201, 422, 422, 422, 201, 422, 422]
    fields = [[error["field"] for error in item["errors"]] for item in items]
    assert fields == [
        [],
        ["medications_count"],
        ["unit"],
        ["visit_number"],
        [],
        ["patient.birth_date", "admitted_at"],
        ["body"],
    ]
    assert (told["stored"], told["refused"]) == (2, 5)
    assert "ended in death" in items[4]["not_scored"]["reason"]
    with scope_of_the_system():
        assert Encounter.objects.count() == 2


def test_a_batch_says_of_each_what_one_request_would_say(version: ModelVersion, ehr: APIClient) -> None:
    bodies = [stay(visit_number=f"V{n}", inpatient_stays_prior_year=n) for n in range(3)]
    items = ehr.post(BATCH, {"encounters": bodies}, format="json").json()["items"]
    for item, body in zip(items, bodies, strict=True):
        alone = ehr.post(ENCOUNTERS, body, format="json")
        assert alone.status_code == 200
        assert alone.json()["prediction"] == item["prediction"]
        assert alone.json()["main_reasons"] == item["main_reasons"]


def test_a_batch_again_changes_nothing(version: ModelVersion, ehr: APIClient) -> None:
    bodies = [stay(visit_number=f"V{n}") for n in range(3)]
    first, second = (ehr.post(BATCH, {"encounters": bodies}, format="json").json()["items"] for _ in range(2))
    assert [item["status"] for item in second] == [200, 200, 200]
    assert [item["prediction"] for item in second] == [item["prediction"] for item in first]
    with scope_of_the_system():
        assert Prediction.objects.count() == 3


def test_a_known_stay_that_a_batch_gives_to_a_patient_nobody_knew_becomes_theirs(version: ModelVersion, ehr: APIClient) -> None:
    for number in ("MRN-1", "MRN-2"):
        body = stay(patient={"medical_record_number": number})
        (item,) = ehr.post(BATCH, {"encounters": [body]}, format="json").json()["items"]
        kept = ehr.get(f"{ENCOUNTERS}/{item['encounter_id']}").json()["encounter"]
        assert kept["patient"]["medical_record_number"] == number
    assert (item["status"], item["version"]) == (200, 2)


def test_a_batch_without_a_model_is_kept_and_waits(ehr: APIClient) -> None:
    (item,) = ehr.post(BATCH, {"encounters": [stay()]}, format="json").json()["items"]
    assert (item["status"], item["not_scored"]["will_be_tried_again"]) == (202, True)


@pytest.mark.parametrize("count", [0, 1001])
def test_a_batch_has_its_bounds(count: int, ehr: APIClient) -> None:
    answer = ehr.post(BATCH, {"encounters": [{}] * count}, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "encounters")
