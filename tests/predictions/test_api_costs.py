"""What a call costs the database: the same with one earlier stay and with thirty, on a small ward and on a full one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from clinical.models import User
from predictions.models import ModelVersion
from tests.predictions.api_world import ENCOUNTERS, caller, stay

FEW, MANY = 2, 30
STORED_AND_SCORED, LISTED, A_BATCH = 20, 10, 40


@pytest.fixture
def ehr(ehr_client: User, version: ModelVersion) -> APIClient:
    return caller(ehr_client)


def cost(call: Callable[[], Any]) -> int:
    """Every statement that is executed, prepared or not; a COPY, of which a batch has two, is none of them."""
    asked = []

    def note(execute: Any, sql: Any, *others: Any) -> Any:
        asked.append(str(sql))
        return execute(sql, *others)

    with connection.execute_wrapper(note):
        answer = call()
    assert answer.status_code in {200, 201}, answer.content
    return len(asked)


def told(ehr: APIClient, *numbers: int, patients: bool = False) -> Any:
    """Stays of one patient, or of a patient each."""
    bodies = [
        stay(visit_number=f"V{number}", discharged_at=None, patient={"medical_record_number": f"M{number if patients else 0}"})
        for number in numbers
    ]
    answer = ehr.post(f"{ENCOUNTERS}/batch", {"encounters": bodies}, format="json")
    assert answer.json()["refused"] == 0, answer.content
    return answer


def test_a_stay_that_is_told_and_scored_costs_the_same_with_few_stays_before_it_and_many(ehr: APIClient) -> None:
    ehr.post(ENCOUNTERS, stay(), format="json")  # fills what a process keeps
    costs = []
    for first, last in ((0, FEW), (FEW, MANY)):
        told(ehr, *range(first, last))
        body = stay(visit_number=f"new {last}", discharged_at=None, patient={"medical_record_number": "M0"})
        costs.append(cost(lambda body=body: ehr.post(ENCOUNTERS, body, format="json")))
    assert costs[0] == costs[1], costs
    assert costs[1] <= STORED_AND_SCORED


def test_the_worklist_costs_the_same_for_few_and_many(ehr: APIClient) -> None:
    costs = []
    for first, last in ((0, 5), (5, 50)):
        told(ehr, *range(first, last), patients=True)
        costs.append(cost(lambda: ehr.get("/api/v1/worklist")))
    assert costs[0] == costs[1], costs
    assert costs[1] <= LISTED


def test_a_list_of_stays_costs_the_same_for_few_and_many(ehr: APIClient) -> None:
    costs = []
    for first, last in ((0, 5), (5, 50)):
        told(ehr, *range(first, last), patients=True)
        costs.append(cost(lambda: ehr.get(ENCOUNTERS)))
    assert costs[0] == costs[1], costs
    assert costs[1] <= LISTED


def test_what_was_said_of_a_stay_costs_the_same_for_few_scores_and_many(ehr: APIClient) -> None:
    place = ehr.post(ENCOUNTERS, stay(), format="json")["Location"]
    costs = []
    for first, last in ((1, FEW), (FEW, 12)):
        for number in range(first, last):
            tag = ehr.get(place)["ETag"]
            ehr.patch(place, {"lab_procedures_count": number}, format="json", headers={"If-Match": tag})
        costs.append(cost(lambda: ehr.get(f"{place}/predictions")))
    assert costs[0] == costs[1], costs
    assert costs[1] <= LISTED


def test_a_batch_costs_the_same_for_few_stays_and_many(ehr: APIClient) -> None:
    told(ehr, 0, patients=True)
    costs = [cost(lambda: told(ehr, 1, 2, patients=True)), cost(lambda: told(ehr, *range(3, 60), patients=True))]
    assert costs[0] == costs[1], costs
    assert costs[1] <= A_BATCH
