from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from clinical.access import scope_of_the_system
from clinical.models import Encounter, User
from predictions import model_cards
from predictions.models import ModelVersion
from predictions.sealed import seal
from tests.predictions.api_world import ENCOUNTERS, caller, ended, stay

HORIZON_DAYS = 37


@pytest.fixture
def ehr(ehr_client: User) -> APIClient:
    return caller(ehr_client)


@pytest.fixture
def told(version: ModelVersion, ehr: APIClient) -> dict[str, Any]:
    answer: dict[str, Any] = ehr.post(ENCOUNTERS, stay(**ended(days_ago=3)), format="json").json()
    return answer


def place_of(told: dict[str, Any]) -> str:
    return f"{ENCOUNTERS}/{told['encounter']['id']}"


def test_the_reasons_add_up_on_the_probability_scale(told: dict[str, Any], ehr: APIClient) -> None:
    why = ehr.get(f"/api/v1/predictions/{told['prediction']['id']}/why").json()
    total = why["base_probability"] + sum(factor["contribution"] for factor in why["factors"])
    assert total == pytest.approx(why["risk_probability"], abs=1e-9)
    assert why["risk_probability"] == told["prediction"]["risk_probability"]
    assert {factor["group"] for factor in why["factors"]} == {"modifiable", "fixed", "past_use"}
    assert why["main_reasons"] == told["main_reasons"]


def test_the_history_keeps_what_was_said_before_a_correction(told: dict[str, Any], ehr: APIClient) -> None:
    etag = ehr.get(place_of(told))["ETag"]
    after = ehr.patch(place_of(told), {"inpatient_stays_prior_year": 9}, format="json", headers={"If-Match": etag}).json()
    history = ehr.get(f"{place_of(told)}/predictions").json()["items"]
    assert [score["id"] for score in history] == [after["prediction"]["id"], told["prediction"]["id"]]
    assert ehr.get(f"/api/v1/predictions/{told['prediction']['id']}").json() == told["prediction"]


def test_the_story_of_a_score_joins_what_was_done_and_what_came_of_it(version: ModelVersion, ehr: APIClient) -> None:
    told = ehr.post(ENCOUNTERS, stay(**ended(days_ago=HORIZON_DAYS + 1)), format="json").json()
    trace = told["prediction"]["id"]
    done = {"kind": "phone_call", "state": "done", "prediction_id": trace}
    assert ehr.post(f"{place_of(told)}/follow-ups", done, format="json").status_code == 201
    assert ehr.put(f"{place_of(told)}/outcome", {"readmission": "none"}, format="json").status_code == 200
    story = ehr.get(f"/api/v1/predictions/{trace}/story").json()
    assert story["trace_id"] == trace
    assert [event["what"] for event in story["events"]] == ["scored", "follow-up", "outcome"]


def test_one_key_records_one_follow_up(told: dict[str, Any], ehr: APIClient) -> None:
    body, place = {"kind": "phone_call", "state": "planned"}, f"{place_of(told)}/follow-ups"
    first, second = (ehr.post(place, body, format="json", headers={"Idempotency-Key": "k1"}) for _ in range(2))
    third = ehr.post(place, body, format="json", headers={"Idempotency-Key": "k2"})
    assert first.json() == second.json() != third.json()
    assert [item["id"] for item in ehr.get(place).json()["items"]] == [third.json()["id"], first.json()["id"]]
    (line,) = ehr.get("/api/v1/worklist", {"view": "all"}).json()["items"]
    assert line["follow_up_state"] == "planned"


def test_a_follow_up_on_another_stays_score_is_refused(told: dict[str, Any], ehr: APIClient) -> None:
    other = ehr.post(ENCOUNTERS, stay(visit_number="V-2"), format="json").json()
    body = {"kind": "phone_call", "state": "done", "prediction_id": other["prediction"]["id"]}
    answer = ehr.post(f"{place_of(told)}/follow-ups", body, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "prediction_id")


def test_nobody_can_know_that_a_patient_did_not_come_back_before_the_time_is_up(told: dict[str, Any], ehr: APIClient) -> None:
    place = f"{place_of(told)}/outcome"
    for readmission in ("none", "later"):
        assert ehr.put(place, {"readmission": readmission}, format="json").status_code == 422
    assert ehr.get(place).json()["readmission"] is None
    back = ehr.put(place, {"readmission": "within_30"}, format="json").json()
    assert (back["readmission"], back["counts"]) == ("within_30", False)


def test_an_outcome_is_reported_once_and_may_be_corrected(version: ModelVersion, ehr: APIClient) -> None:
    told = ehr.post(ENCOUNTERS, stay(**ended(days_ago=HORIZON_DAYS + 1)), format="json").json()
    place = f"{place_of(told)}/outcome"
    first, second = (ehr.put(place, {"readmission": "none"}, format="json").json() for _ in range(2))
    assert first == second
    assert first["counts"] is True
    assert ehr.put(place, {"readmission": "within_30"}, format="json").json()["readmission"] == "within_30"


@pytest.mark.parametrize("changes", [{"discharged_at": None}, {"discharge_disposition": 11}])
def test_a_stay_without_a_return_has_no_outcome(changes: dict[str, Any], version: ModelVersion, ehr: APIClient) -> None:
    told = ehr.post(ENCOUNTERS, stay(**{**ended(days_ago=3), **changes}), format="json").json()
    assert ehr.put(f"{place_of(told)}/outcome", {"readmission": "within_30"}, format="json").status_code == 422


def test_the_worklist_ranks_and_pages(version: ModelVersion, ehr: APIClient) -> None:
    bodies = [stay(visit_number=f"V{n}", discharged_at=None, inpatient_stays_prior_year=n % 9) for n in range(60)]
    ehr.post(f"{ENCOUNTERS}/batch", {"encounters": bodies}, format="json")
    first = ehr.get("/api/v1/worklist").json()
    rest = ehr.get("/api/v1/worklist", {"cursor": first["next"]}).json()
    risks = [line["risk_probability"] for line in first["items"] + rest["items"]]
    assert len(risks) == first["total"] == 60
    assert risks == sorted(risks, reverse=True)
    assert rest["next"] is None


def test_the_model_in_office_is_told_with_its_bands(version: ModelVersion, ehr: APIClient) -> None:
    current = ehr.get("/api/v1/models/current").json()
    assert (current["id"], current["status"]) == (str(version.public_id), "champion")
    assert [band["name"] for band in current["bands"]] == ["low", "moderate", "high", "very_high"]
    assert ehr.get(f"/api/v1/models/{version.public_id}").json() == current
    assert ehr.get("/api/v1/models").json()["items"] == [current]


def test_a_models_card_is_told_whole_and_where_there_is_none_so(
    version: ModelVersion, ehr: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, card = f"/api/v1/models/{version.public_id}/card", {"complete": False, "missing": ["developer"], "attributes": []}
    assert ehr.get(place).status_code == 404
    monkeypatch.setattr(model_cards, "_READERS", [])
    model_cards.read_by(lambda _version: card)
    told = {"model_id": str(version.public_id), "complete": False, "missing": ["developer"], "card": card}
    assert ehr.get(place).json() == told


@pytest.mark.parametrize(
    "place", ["encounters", "worklist", "models", "jobs", "encounters/{id}/predictions", "encounters/{id}/follow-ups"]
)
def test_a_cursor_of_another_list_is_refused_alike_everywhere(place: str, told: dict[str, Any], ehr: APIClient) -> None:
    for cursor in ("no cursor!", "abc", seal(["another list", 1])):
        answer = ehr.get(f"/api/v1/{place.format(id=told['encounter']['id'])}", {"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (422, "shape_refused")
        assert [error["field"] for error in answer.json()["errors"]] == ["cursor"]


def test_the_door_says_whether_it_can_score(ehr: APIClient, request: pytest.FixtureRequest) -> None:
    assert ehr.get("/api/v1/health").json()["status"] == "cannot_score"
    request.getfixturevalue("version")
    assert ehr.get("/api/v1/health").json()["status"] == "ready"


def test_a_withdrawn_score_says_so(told: dict[str, Any], ehr: APIClient, ehr_client: User) -> None:
    from predictions import intake  # noqa: PLC0415

    with scope_of_the_system():
        kept = Encounter.objects.select_related("unit").get(public_id=told["encounter"]["id"])
    intake.cancel_discharge(visit_number=kept.source_id, units=[kept.unit], by=ehr_client, told_at=None)
    score = ehr.get(f"/api/v1/predictions/{told['prediction']['id']}").json()
    assert score["void"]["reason"] == "discharge_cancelled"
