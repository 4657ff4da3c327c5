"""The site's own doors, asked by the site: what a report says of a door that answers rightly, wrongly, or not at all."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from clinical.models import AuditEvent, User
from mlops.conformance import reports
from mlops.conformance.asking import Caller
from mlops.conformance.checks import Check, has, header, lies, outcome, problem, statuses, without_trace
from mlops.conformance.running import carry_out
from mlops.conformance.steps import all_checks
from mlops.errors import ConformanceInFlightError, NoApiAddressError
from mlops.models import ConformanceReport

ANSWERS: dict[str, tuple[int, str, bytes]] = {
    "/right": (200, "application/json", b'{"risk": 0.4, "id": "7c"}'),
    "/7c": (200, "application/json", b'{"risk": 0.4}'),
    "/refused": (422, "application/problem+json", b'{"errors": [{"field": "unit"}]}'),
    "/outcome": (400, "application/fhir+json", b'{"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}'),
    "/broken": (500, "text/html", b"Traceback (most recent call last): views.py"),
    "/elsewhere": (302, "text/html", b""),
}


class Door(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, kind, body = ANSWERS[self.path]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if status == 302:
            self.send_header("Location", "/right")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        return


@pytest.fixture
def address() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def check(path: str, *status: int, **others: object) -> Check:
    return Check("a door", "a check", "GET", path, statuses(*status), **others)  # type: ignore[arg-type]


def fault_of(one: Check, address: str) -> str:
    (finding,) = carry_out([one], caller=Caller(address), memory={})
    return finding.fault


@pytest.mark.parametrize(
    "one",
    [
        check("/right", 200, looks=(lies("risk", 0, 1), has("id", "7c"), header("Content-Type", "json"))),
        check("/refused", 400, 422, looks=(problem("unit"), without_trace)),
        check("/outcome", 400, looks=(outcome,)),
        check("/elsewhere", 302),
    ],
)
def test_a_door_that_answers_as_it_should_has_no_fault(one: Check, address: str) -> None:
    assert fault_of(one, address) == ""


@pytest.mark.parametrize(
    ("one", "fault"),
    [
        (check("/right", 201), "answered 200, where 201 is due"),
        (check("/right", 200, looks=(lies("risk", 0.5, 1),)), "risk does not lie between 0.5 and 1"),
        (check("/right", 200, looks=(has("name"),)), "nothing stands at name"),
        (check("/refused", 422, looks=(problem("birth_date"),)), "the refusal does not name birth_date"),
        (check("/right", 200, looks=(problem(),)), "the refusal is no application/problem+json"),
        (check("/broken", 500, looks=(without_trace,)), "the answer shows a place in the code"),
        (check("/refused", 422, looks=(outcome,)), "the refusal is no OperationOutcome"),
        (check("/elsewhere", 200), "answered 302, where 200 is due"),
    ],
)
def test_a_door_that_answers_wrongly_is_told_what_is_wrong(one: Check, fault: str, address: str) -> None:
    assert fault_of(one, address) == fault


def test_a_door_that_nobody_answers_at_is_a_fault_of_every_check() -> None:
    findings = carry_out([check("/right", 200), check("/7c", 200)], caller=Caller("http://127.0.0.1:1"), memory={})
    assert [finding.fault for finding in findings] == ["nobody answered: URLError"] * 2


def test_what_one_answer_gives_the_next_check_asks_with(address: str) -> None:
    first, second = carry_out(
        [check("/right", 200, keeps={"stay": "id"}), check("/{stay}", 200)], caller=Caller(address), memory={}
    )
    assert (first.fault, second.fault, second.asked) == ("", "", "GET /{stay}")


def test_every_check_has_a_name_of_its_own_at_its_door() -> None:
    names = [(one.door, one.name) for one in all_checks()]
    assert len(set(names)) == len(names) > 20


def test_without_an_address_nothing_is_started(frank: User) -> None:
    with pytest.raises(NoApiAddressError):
        reports.start(by=frank)
    assert not ConformanceReport.objects.exists()


def test_one_run_at_a_time_and_one_that_was_killed_bars_nobody(frank: User, settings: object) -> None:
    settings.API_ADDRESS = "http://127.0.0.1:1"  # type: ignore[attr-defined]
    first = reports.start(by=frank)
    with pytest.raises(ConformanceInFlightError):
        reports.start(by=frank)
    ConformanceReport.objects.filter(pk=first.pk).update(started_at=timezone.now() - timedelta(hours=1))
    assert reports.start(by=frank).pk != first.pk
    first.refresh_from_db()
    assert (first.is_over, first.passed, first.failure) == (True, False, "Whoever carried the checks out was stopped.")
    assert AuditEvent.objects.filter(verb="conformance.started", actor_name="frank").count() == 2
