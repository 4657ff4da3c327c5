"""What every door for systems does: who, how often, once for a key, and how it refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from clinical.doors import calls, idempotency, limiter
from clinical.models import CareUnit, EhrCall, KeptReply
from tests.clinical.door_urls import Counter
from tests.doors import EhrCaller, client_with
from tests.factories import encounter_on

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.clinical.door_urls")]


@pytest.fixture
def caller(cardiology: CareUnit) -> EhrCaller:
    Counter.count = 0
    return client_with(unit=cardiology)


@pytest.fixture(autouse=True)
def _limits_anew() -> Iterator[None]:
    yield
    limiter._limiter.cache_clear()


def post(caller: EhrCaller, body: Any = None, *, path: str = "/counter", **headers: str) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body)
    named = {name.replace("_", "-"): value for name, value in headers.items() if name != "kind"}
    return Client(raise_request_exception=False).post(
        path, data, content_type=headers.get("kind", "application/json"),
        headers={"Authorization": f"Bearer {caller.token}", **named},
    )  # fmt: skip


def test_a_reading_door_shows_the_units_of_the_grant_and_no_others(caller: EhrCaller, nephrology: CareUnit) -> None:
    encounter_on(caller.units[0])
    encounter_on(nephrology)
    assert caller.get("/counter").json() == {"stays": 1, "units": ["CARD"]}


# --- once for a key -------------------------------------------------------------------------------------------------------


def test_the_same_call_under_one_key_is_made_once_and_answered_alike(caller: EhrCaller) -> None:
    first, again = (post(caller, {"a": 1}, Idempotency_Key="k1") for _time in range(2))
    assert (first.status_code, first.content, first["ETag"]) == (again.status_code, again.content, again["ETag"])
    assert ("Idempotency-Replayed" in first, again["Idempotency-Replayed"], Counter.count) == (False, "true", 1)


def test_another_body_under_the_same_key_is_refused(caller: EhrCaller) -> None:
    post(caller, {"a": 1}, Idempotency_Key="k1")
    answer = post(caller, {"a": 2}, Idempotency_Key="k1")
    assert (answer.status_code, answer.json()["code"], Counter.count) == (422, "key_of_another_call", 1)


def test_a_key_counts_for_its_own_client_and_door_alone(caller: EhrCaller, nephrology: CareUnit) -> None:
    other = client_with(unit=nephrology)
    for who, path in ((caller, "/counter"), (caller, "/another"), (other, "/counter")):
        assert post(who, {}, path=path, Idempotency_Key="k1").status_code == 201
    assert Counter.count == 3


@pytest.mark.parametrize("refused", ["refused", "nowhere", "broken"])
def test_what_was_refused_or_broke_is_not_kept_and_may_be_sent_again(refused: str, caller: EhrCaller) -> None:
    post(caller, refused, Idempotency_Key="k1")
    assert not KeptReply.objects.exists()
    assert post(caller, {"a": 1}, Idempotency_Key="k1").status_code == 201


def test_a_call_that_is_being_answered_bars_its_repeat_until_its_hold_ends(caller: EhrCaller) -> None:
    post(caller, {}, Idempotency_Key="k1")
    KeptReply.objects.update(status=None, sealed=None)
    answer = post(caller, {}, Idempotency_Key="k1")
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (409, "key_in_use", "1")
    KeptReply.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    assert post(caller, {}, Idempotency_Key="k1").status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "\u00e4", "a\tb"])
def test_a_key_that_is_none_is_refused(key: str, caller: EhrCaller) -> None:
    answer = post(caller, {}, Idempotency_Key=key)
    assert (answer.status_code, Counter.count) == (400, 0)


def test_after_a_day_a_key_is_free_again_and_forgotten(caller: EhrCaller) -> None:
    post(caller, {"a": 1}, Idempotency_Key="k1")
    KeptReply.objects.update(begun_at=timezone.now() - timedelta(hours=25))
    assert post(caller, {"a": 2}, Idempotency_Key="k1").status_code == 201
    KeptReply.objects.update(begun_at=timezone.now() - timedelta(hours=25))
    assert idempotency.purge() == 1


def test_a_kept_reply_cannot_be_read_in_the_database(caller: EhrCaller) -> None:
    post(caller, {"name": "Okafor"}, Idempotency_Key="a-key-of-its-own")
    kept = KeptReply.objects.get()
    assert b"Okafor" not in bytes(kept.sealed or b"")
    assert "a-key-of-its-own" not in str(vars(kept))


# --- how often -------------------------------------------------------------------------------------------------------------


def test_more_calls_than_the_limit_wait_and_another_client_does_not(
    caller: EhrCaller, nephrology: CareUnit, settings: Any
) -> None:
    settings.CALLS_PER_MINUTE = 3
    answers = [caller.get("/counter") for _call in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert answers[-1]["Content-Type"] == "application/problem+json"
    assert client_with(unit=nephrology).get("/counter").status_code == 200


def test_a_forged_address_changes_no_count(caller: EhrCaller, settings: Any) -> None:
    settings.CALLS_PER_MINUTE = 2
    answers = [caller.get("/counter", headers={"X-Forwarded-For": f"10.0.0.{call}"}) for call in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]


def test_without_redis_each_process_counts_by_itself(caller: EhrCaller, settings: Any) -> None:
    settings.CALLS_PER_MINUTE = 2
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    limiter._limiter.cache_clear()
    assert [caller.get("/counter").status_code for _call in range(4)] == [200, 200, 429, 429]


# --- how it refuses ----------------------------------------------------------------------------------------------------------


def test_every_fault_is_named_in_one_shape(caller: EhrCaller) -> None:
    answer = post(caller, "refused")
    told = answer.json()
    assert (answer.status_code, answer["Content-Type"], told["code"]) == (422, "application/problem+json", "facts_refused")
    assert [error["field"] for error in told["errors"]] == ["unit", "sex"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [("past", 412, "version_conflict"), ("nowhere", 404, "not_found"), (b"{", 400, "malformed"), (b"[NaN]", 400, "malformed")],
)
def test_a_refusal_says_its_status_and_code(body: Any, status: int, code: str, caller: EhrCaller) -> None:
    answer = post(caller, body)
    assert (answer.status_code, answer.json()["status"], answer.json()["code"]) == (status, status, code)


def test_what_breaks_tells_nothing_but_a_number_to_quote(caller: EhrCaller) -> None:
    answer = post(caller, "broken")
    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert (b"Okafor" in answer.content, b"Traceback" in answer.content) == (False, False)
    assert answer.json()["request_id"]


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"kind": "text/plain"}, {}, 415), ({"kind": "application/json; charset=latin-1"}, {}, 415),
        ({"Content_Encoding": "gzip"}, {}, 415), ({}, b'"' + b"x" * 1_100_000 + b'"', 413),
        ({"Accept": "text/html"}, {}, 406),
    ],
)  # fmt: skip
def test_what_is_no_json_of_a_bearable_size_is_refused(
    headers: dict[str, str], body: Any, status: int, caller: EhrCaller
) -> None:
    answer = post(caller, body, **headers)
    assert (answer.status_code, Counter.count) == (status, 0)
    assert answer["Content-Type"] == "application/problem+json"


def test_a_method_that_is_not_there_says_which_are(caller: EhrCaller) -> None:
    answer = caller.delete("/counter")
    assert answer.status_code == 405
    assert "GET" in answer["Allow"]


def test_a_method_is_what_was_sent_whatever_a_header_says(caller: EhrCaller) -> None:
    answer = caller.get("/counter", headers={"X-HTTP-Method-Override": "POST"})
    assert (answer.status_code, Counter.count) == (200, 0)


def test_calls_are_listed_without_what_they_held(caller: EhrCaller) -> None:
    calls._waiting.clear()
    post(caller, {"name": "Okafor"})
    post(caller, "refused")
    caller.get("/counter")
    assert calls.flush() == 3
    listed = EhrCall.objects.filter(client=caller.ehr_client).order_by("pk")
    assert [(call.route, call.method, call.status, call.code) for call in listed] == [
        ("counter", "POST", 201, ""), ("counter", "POST", 422, "facts_refused"), ("counter", "GET", 200, ""),
    ]  # fmt: skip
    assert "Okafor" not in str([vars(call) for call in listed])


def test_redis_is_asked_where_it_answers(caller: EhrCaller) -> None:
    with redis.Redis.from_url(django_settings.REDIS_URL) as link:
        mine = f"*{caller.ehr_client.public_id}*"  # those of other callers end meanwhile
        assert not list(link.scan_iter(mine))
        caller.get("/counter")
        assert len(list(link.scan_iter(mine))) == 1
