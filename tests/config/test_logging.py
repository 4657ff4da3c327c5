"""A log line is JSON, carries its request id, and cannot carry a patient."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator

import pytest
import structlog
from django.test import Client

from clinical.models import Encounter, User
from config.logging import configure, logging_configuration


@pytest.fixture
def log_lines() -> Iterator[Callable[[], list[dict[str, object]]]]:
    """What the production logging writes while the test runs."""
    configure(logging_configuration(level="INFO"))
    written = io.StringIO()
    (handler,) = (handler for handler in logging.getLogger().handlers if type(handler) is logging.StreamHandler)
    handler.setStream(written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    handler.setStream(sys.__stderr__)


def test_a_key_that_is_not_known_is_dropped(log_lines: Callable[[], list[dict[str, object]]]) -> None:
    structlog.get_logger("test").info("scored", encounter_id="e1", family_name="OKAFOR", diagnosis="428")
    (line,) = log_lines()
    assert line["encounter_id"] == "e1"
    assert "OKAFOR" not in json.dumps(line)
    assert "428" not in json.dumps(line)


def test_an_exception_is_logged_by_type_and_place_and_never_by_its_text(
    log_lines: Callable[[], list[dict[str, object]]],
) -> None:
    try:
        raise ValueError("duplicate key: OKAFOR, Miriam")  # noqa: EM101, TRY301  the text is what must not be seen
    except ValueError:
        logging.getLogger("somewhere").exception("could not store")
    (line,) = log_lines()
    assert line["error_type"] == "ValueError"
    assert "OKAFOR" not in json.dumps(line)
    assert str(line["location"]).startswith("tests.config.test_logging:")


def test_a_failure_that_our_own_code_logs_is_told_the_same_way(log_lines: Callable[[], list[dict[str, object]]]) -> None:
    try:
        raise ValueError("OKAFOR, Miriam")  # noqa: EM101, TRY301  as above
    except ValueError:
        structlog.get_logger("test").exception("step failed")
    (line,) = log_lines()
    assert (line["error_type"], "OKAFOR" in json.dumps(line)) == ("ValueError", False)
    assert str(line["location"]).startswith("tests.config.test_logging:")


def test_every_line_of_a_request_carries_its_id_and_no_patient(
    log_lines: Callable[[], list[dict[str, object]]], signed_in: Callable[[User], Client], alice: User, encounter: Encounter
) -> None:
    client = signed_in(alice)
    client.get("/worklist/", {"q": "Okafor"}, headers={"X-Request-ID": "r-123"})
    client.get(f"/encounters/{encounter.public_id}/", headers={"X-Request-ID": "r-123"})
    lines = log_lines()
    assert [line["route"] for line in lines if line.get("request_id") == "r-123" and "route" in line] == [
        "worklist",
        "encounter",
    ]
    for secret in ("Okafor", "Miriam", "1951", encounter.patient.medical_record_number):
        assert secret not in json.dumps(lines)


def test_a_request_id_that_is_no_plain_token_is_replaced(
    log_lines: Callable[[], list[dict[str, object]]], client: Client
) -> None:
    client.get("/health/live", headers={"X-Request-ID": "OKAFOR, Miriam " + "x" * 100})
    (line,) = log_lines()
    assert "OKAFOR" not in str(line["request_id"])
    assert line["route"] == "health-live"
