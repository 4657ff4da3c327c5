from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from clinical.access import scope_of_the_system
from clinical.models import CareUnit, Encounter, User
from predictions.api import job_store, job_work
from predictions.models import EncounterJob, EncounterJobPart, ModelVersion
from tests.factories import member
from tests.predictions.api_world import caller, stay

JOBS = "/api/v1/jobs"
NDJSON = "application/x-ndjson"


@pytest.fixture
def ehr(ehr_client: User) -> APIClient:
    return caller(ehr_client)


def lines(count: int) -> str:
    return "\n".join(json.dumps(stay(visit_number=f"V{number}", discharged_at=None)) for number in range(count))


def sent(ehr: APIClient, body: str) -> dict[str, Any]:
    answer = ehr.generic("POST", JOBS, body, content_type=NDJSON)
    assert answer.status_code == 202, answer.content
    told: dict[str, Any] = answer.json()
    return told


def work() -> None:
    for job_id in job_work.free_ids():
        job_work.work_on(job_id)


def place_of(job: dict[str, Any]) -> str:
    return f"{JOBS}/{job['id']}"


def result_of(ehr: APIClient, job: dict[str, Any]) -> list[dict[str, Any]]:
    answer = ehr.get(f"{place_of(job)}/result")
    assert (answer.status_code, answer["Content-Type"]) == (200, NDJSON)
    return [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]


def change(**columns: Any) -> None:
    with scope_of_the_system():
        EncounterJob.objects.update(**columns)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    return lambda size: monkeypatch.setattr(job_store, "LINES_OF_A_PART", size)


def test_a_job_is_received_worked_on_and_answered_line_by_line(
    version: ModelVersion, ehr: APIClient, small_parts: Callable[[int], None]
) -> None:
    small_parts(2)
    job = sent(ehr, lines(3) + '\n\n{"visit_number": 1, "visit_number": 2}\nno json at all\n')
    assert (job["state"], job["lines"], job["progress"], job["result"]) == ("waiting", 5, 0.0, None)
    assert ehr.get(f"{place_of(job)}/result").status_code == 409
    work()
    ended = ehr.get(place_of(job)).json()
    assert (ended["state"], ended["done"], ended["stored"], ended["refused"], ended["progress"]) == ("done", 5, 3, 2, 1.0)
    told = result_of(ehr, job)
    assert [(line["position"], line["status"]) for line in told] == [(1, 201), (2, 201), (3, 201), (4, 422), (5, 422)]
    assert told[0]["prediction"]["model"]["number"] == version.number
    assert told[4]["errors"][0]["field"] == "line"
    assert ehr.get(JOBS).json()["items"] == [ended]


def test_a_worker_goes_on_where_another_was_killed(
    version: ModelVersion, ehr: APIClient, small_parts: Callable[[int], None]
) -> None:
    small_parts(1)
    job = sent(ehr, lines(3))
    job_id = job_work.free_ids()[0]
    held_until = job_work._taken(job_id)
    assert held_until is not None
    part = job_work._next_part(job_id)
    assert part is not None
    job_work._done(part, held_until)
    assert job_work.free_ids() == []  # the one who was killed still holds it
    change(held_until=timezone.now() - timedelta(seconds=1))
    work()
    assert ehr.get(place_of(job)).json()["state"] == "done"
    assert [line["status"] for line in result_of(ehr, job)] == [201, 201, 201]


def test_a_part_that_two_did_is_answered_once(
    version: ModelVersion, ehr: APIClient, small_parts: Callable[[int], None]
) -> None:
    small_parts(1)
    job = sent(ehr, lines(2))
    job_id = job_work.free_ids()[0]
    slow = job_work._taken(job_id)
    part = job_work._next_part(job_id)
    assert slow is not None
    assert part is not None
    change(held_until=timezone.now() - timedelta(seconds=1))
    work()
    assert job_work._done(part, slow) is None
    assert ehr.get(place_of(job)).json()["done"] == 2
    with scope_of_the_system():
        assert Encounter.objects.count() == 2


def test_a_cancelled_job_keeps_what_is_stored_and_begins_nothing(
    version: ModelVersion, ehr: APIClient, small_parts: Callable[[int], None]
) -> None:
    small_parts(1)
    job = sent(ehr, lines(3))
    job_id = job_work.free_ids()[0]
    held_until = job_work._taken(job_id)
    part = job_work._next_part(job_id)
    assert held_until is not None
    assert part is not None
    assert ehr.post(f"{place_of(job)}/cancel").json()["state"] == "running"
    job_work._done(part, held_until)
    change(held_until=None)
    work()
    ended = ehr.post(f"{place_of(job)}/cancel").json()
    assert (ended["state"], ended["done"]) == ("cancelled", 1)
    assert len(result_of(ehr, job)) == 1


def test_a_job_that_nobody_has_begun_is_cancelled_at_once(ehr: APIClient) -> None:
    job = sent(ehr, lines(1))
    assert ehr.post(f"{place_of(job)}/cancel").json()["state"] == "cancelled"
    assert job_work.free_ids() == []


def test_another_clients_job_is_the_same_as_none(ehr: APIClient, cardiology: CareUnit) -> None:
    job = sent(ehr, lines(1))
    other = caller(member("other", "ehr_client", cardiology))
    assert [other.get(place_of(job) + path).status_code for path in ("", "/result")] == [404, 404]
    assert other.post(f"{place_of(job)}/cancel").status_code == 404
    assert other.get(JOBS).json()["items"] == []


def test_a_job_without_a_line_and_a_line_without_an_end_are_refused(ehr: APIClient) -> None:
    assert ehr.generic("POST", JOBS, "\n \n", content_type=NDJSON).status_code == 422
    assert ehr.generic("POST", JOBS, "x" * 70_000, content_type=NDJSON).status_code == 413
    assert ehr.generic("POST", JOBS, "{}", content_type="application/json").status_code == 415
    with scope_of_the_system():
        assert EncounterJob.objects.count() == 0


def test_what_was_sent_and_answered_is_deleted_after_a_week(version: ModelVersion, ehr: APIClient) -> None:
    job = sent(ehr, lines(1))
    work()
    assert job_store.forget_old() == 0
    change(received_at=timezone.now() - timedelta(days=8))
    assert job_store.forget_old() == 1
    assert ehr.get(f"{place_of(job)}/result").status_code == 410
    with scope_of_the_system():
        assert EncounterJobPart.objects.count() == 0
    assert ehr.get(place_of(job)).json()["stored"] == 1


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"unit": "CARD", "unit": "NEPH"}', "twice"),
        (b'{"medications_count": NaN}', "NaN"),
        (b'{"medications_count": 1e400}', "larger"),
        (b"[" * 65 + b"]" * 65, "nested"),
        (b'{"unit": "\\ud800"}', "surrogate"),
        (b'{"unit": "\\u0000"}', "NUL"),
        (b'{"unit": "\xff"}', "no JSON"),
        (b'{"unit": "\x00"}', "no JSON"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b"9" * 5_000, "too long"),
    ],
)
def test_a_line_is_read_as_strictly_as_a_body(line: bytes, words: str, ehr: APIClient) -> None:
    answer = ehr.generic("POST", JOBS, line, content_type=NDJSON)
    assert answer.status_code == 202, answer.content
    work()
    (told,) = result_of(ehr, answer.json())
    (fault,) = told["errors"]
    assert (told["status"], told["code"], fault["field"]) == (422, "shape_refused", "line")
    assert words in fault["message"]


def test_a_job_without_a_body_is_refused(ehr: APIClient) -> None:
    answer = ehr.post(JOBS)
    assert (answer.status_code, answer.json()["code"]) == (422, "job_refused")
