"""What repeats may not do: have two effects at once, tell what is no longer to be told, or be taken for another call."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinical.clients.registering import grant
from clinical.clients.scopes import VERBS
from clinical.doors import limiter
from clinical.doors.deprecation import Deprecation
from clinical.models import AuditEvent, CareUnit, EhrGrant
from config.environment import ROOT
from tests.between import Wire
from tests.clinical.door_urls import Counter
from tests.databases import FreshDatabase
from tests.doors import EhrCaller, client_with

SECONDS = 60


def on_our_door(test: Any) -> Any:
    return pytest.mark.django_db(pytest.mark.urls("tests.clinical.door_urls")(test))


@pytest.fixture
def caller(cardiology: CareUnit) -> EhrCaller:
    Counter.count = 0
    return client_with(unit=cardiology)


def post(caller: EhrCaller, path: str = "/counter", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return caller.post(path, {"a": 1}, format="json", headers={"Idempotency-Key": "k1", **named})


def test_of_fifty_callers_with_one_key_one_has_an_effect_and_all_hear_the_same(fresh_database: FreshDatabase) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.clinical.fifty_at_once"], cwd=ROOT, env=fresh_database.environment(),
        capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2_000:]
    told = json.loads(ran.stdout)
    answers = {tuple(answer) for answer in told["first"]}
    (reply,) = {answer for answer in answers if answer[0] == 201}
    assert (told["effects"], told["kept"]) == (1, 1)
    assert answers <= {reply, (409, "key_in_use")}
    assert {tuple(answer) for answer in told["again"]} == {reply}


@on_our_door
def test_another_query_or_version_asked_for_is_another_call(caller: EhrCaller) -> None:
    post(caller)
    assert post(caller, "/counter?dry=1").json()["code"] == "key_of_another_call"
    assert post(caller, If_Match='"2"').json()["code"] == "key_of_another_call"
    assert Counter.count == 1


@on_our_door
def test_a_reply_is_not_told_again_to_who_lost_one_of_its_wards(caller: EhrCaller, nephrology: CareUnit) -> None:
    grant(client=caller.ehr_client, unit=nephrology, scopes=tuple(VERBS), by=None)
    post(caller)
    EhrGrant.objects.filter(unit=nephrology).update(ended_at=timezone.now())
    assert (post(caller).status_code, Counter.count) == (403, 1)


@on_our_door
def test_a_reply_that_is_told_again_is_in_the_audit_log(caller: EhrCaller) -> None:
    post(caller)
    assert not AuditEvent.objects.filter(verb="reply.repeated").exists()
    post(caller)
    assert AuditEvent.objects.get(verb="reply.repeated").detail == {"route": "counter"}


@on_our_door
def test_a_door_that_will_close_says_when_and_what_to_read(caller: EhrCaller, monkeypatch: pytest.MonkeyPatch) -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    ending = Deprecation(since, closes_at=since + timedelta(days=365), instead="https://wardlight.example/v2")
    monkeypatch.setattr(Counter, "deprecated", ending)
    answer = caller.get("/counter")
    assert answer["Deprecation"] == "@1767225600"
    assert answer["Sunset"] == "Fri, 01 Jan 2027 00:00:00 GMT"
    assert answer["Link"] == '<https://wardlight.example/v2>; rel="deprecation"; type="text/html"'


@on_our_door
def test_options_says_which_methods_there_are(caller: EhrCaller) -> None:
    answer = caller.options("/counter")
    assert (answer.status_code, answer["Allow"]) == (204, "GET, POST, HEAD, OPTIONS")
    assert Client().options("/counter").status_code == 401


@on_our_door
def test_an_address_with_nul_and_a_body_without_its_length_are_refused(caller: EhrCaller) -> None:
    assert caller.get("/counter?unit=%00").status_code == 400
    headers = {"Authorization": f"Bearer {caller.token}", "Transfer-Encoding": "chunked"}
    assert Client(headers=headers).generic("POST", "/counter", b"").status_code == 411


@on_our_door
def test_doors_that_stay_shut_are_counted_too(caller: EhrCaller, settings: Any) -> None:
    settings.CALLS_PER_MINUTE = 2
    limiter._limiter.cache_clear()
    assert [caller.delete("/counter").status_code for _call in range(3)] == [405, 405, 429]
    limiter._limiter.cache_clear()


def test_a_silent_redis_costs_one_wait_and_is_asked_again_by_one_call_at_a_time(settings: Any) -> None:
    there = urlsplit(settings.REDIS_URL)
    wire = Wire(str(there.hostname), int(there.port or 0))
    through = settings.REDIS_URL.replace(f"{there.hostname}:{there.port}", f"127.0.0.1:{wire.port}")
    counting, who = limiter._Limiter(url=through, per_minute=100), str(uuid4())
    assert counting.count(who).left == 99
    wire.fall_silent()
    assert counting.count(who).left == 99  # of this process's own
    assert [counting._may_ask() for _call in range(3)] == [False, False, False]
    counting._again_at = 1e-9  # the while is over
    assert [counting._may_ask() for _call in range(3)] == [True, False, False]
    wire.cut()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "host", "status"), [("/api/v1/nowhere", "testserver", 404), ("/api/v1/health", "evil.example", 400)]
)
def test_what_is_refused_before_any_door_is_told_in_the_same_shape(path: str, host: str, status: int) -> None:
    answer = Client().get(path, headers={"Host": host})
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert Client().get(reverse("home"), headers={"Host": "evil.example"})["Content-Type"].startswith("text/html")
