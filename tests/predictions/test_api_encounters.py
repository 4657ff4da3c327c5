from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from rest_framework.test import APIClient

from clinical.models import User
from predictions.api.examples import ENCOUNTER
from predictions.models import ModelVersion


@pytest.fixture
def ehr(ehr_client: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(ehr_client)
    return client


def stay(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(ENCOUNTER), **changes}


def test_a_stay_that_is_told_of_is_scored_and_explained_at_once(version: ModelVersion, ehr: APIClient) -> None:
    answer = ehr.post("/api/v1/encounters", stay(), format="json")
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told["prediction"]["model"]["number"] == version.number
    assert len(told["main_reasons"]) == 2
    again = ehr.get(answer["Location"])
    assert again.status_code == 200
    assert again.json() == told
