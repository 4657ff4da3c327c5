"""The audit log on the auditor's screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from clinical import audit, audit_reading
from clinical.models import AuditEvent, Encounter, User
from tests.predictions.scored import link_to, words_of

SignIn = Callable[[User], Client]


@pytest.fixture
def auditor(erin: User, signed_in: SignIn) -> Client:
    """Erin's browser."""
    return signed_in(erin)


def happened(verb: str, by: User | None = None, **where: Any) -> None:
    with transaction.atomic():
        audit.record(actor=by, verb=verb, **where)


def rows_of(page: Any) -> list[int]:
    return [int(row.replace(",", "")) for row in re.findall(r'<th scope="row" class="number">([\d,]+)<', page.content.decode())]


def test_the_newest_row_stands_first_with_ids_and_no_patient(auditor: Client, alice: User, encounter: Encounter) -> None:
    happened("worklist.viewed", alice)
    happened("encounter.viewed", alice, subject_type="encounter", subject_id=encounter.public_id)
    page = auditor.get("/audit/")
    assert rows_of(page) == sorted(rows_of(page), reverse=True)
    assert f"alice encounter.viewed encounter {encounter.public_id}" in words_of(page)
    assert encounter.patient.family_name not in words_of(page)


@pytest.mark.parametrize(
    ("query", "found"),
    [("actor=alice", 2), ("actor=ALICE", 2), ("verb=encounter.viewed", 1), ("subject=abc-1", 1), ("actor=bob&verb=x.y", 1),
     ("actor=nobody", 0)],
)  # fmt: skip
def test_rows_are_found_by_who_what_and_which(auditor: Client, alice: User, bob: User, query: str, found: int) -> None:
    happened("worklist.viewed", alice)
    happened("encounter.viewed", alice, subject_type="encounter", subject_id="abc-1")
    happened("x.y", bob)
    page = auditor.get(f"/audit/?{query}")
    assert len(rows_of(page)) == found
    assert "The log is filtered: rows are hidden." in words_of(page)


def test_rows_are_found_by_day(auditor: Client) -> None:
    happened("x.y")
    today = timezone.localdate()
    assert rows_of(auditor.get(f"/audit/?verb=x.y&from_day={today}&to_day={today}"))
    assert not rows_of(auditor.get(f"/audit/?verb=x.y&to_day={today.replace(year=today.year - 1)}"))


@pytest.mark.parametrize(
    "query", ["from_day=soon", "actor=%00", "verb=%3Cscript%3E", "subject=" + "x" * 99, "before=-1", "before=x"]
)
def test_what_cannot_be_meant_is_said_beside_the_field_or_ignored(auditor: Client, query: str) -> None:
    happened("x.y")
    page = auditor.get(f"/audit/?{query}")
    assert page.status_code == 200
    assert rows_of(page)
    assert "<script>" not in page.content.decode()


def test_pages_show_every_row_once_and_lead_back(auditor: Client) -> None:
    for _ in range(audit_reading.PAGE_ROWS * 2 + 3):
        happened("x.y")
    pages = [auditor.get("/audit/?verb=x.y")]
    while older := link_to(pages[-1], "next"):
        pages.append(auditor.get(f"/audit/{older}"))
    assert [len(rows_of(page)) for page in pages] == [50, 50, 3]
    assert len({row for page in pages for row in rows_of(page)}) == 103
    assert rows_of(auditor.get("/audit/" + link_to(pages[2], "prev"))) == rows_of(pages[1])


def test_reading_the_log_is_in_the_log(auditor: Client, erin: User) -> None:
    auditor.get("/audit/?actor=alice")
    event = AuditEvent.objects.get(verb="audit.viewed")
    assert (event.actor_id, event.detail["filters"]) == (erin.public_id, ["actor"])


def test_verifying_walks_the_log_and_says_when_it_was(auditor: Client) -> None:
    happened("x.y")
    assert "Not verified yet" in words_of(auditor.get("/audit/"))
    page = auditor.post("/audit/verify/", follow=True)
    assert re.search(r"All \d rows were recomputed and fit together", words_of(page))
    assert "Intact when last verified" in words_of(page)
    assert AuditEvent.objects.get(verb="audit.verified").detail["broken_at"] is None


def test_a_broken_log_is_shown_as_broken(auditor: Client) -> None:
    happened("audit.verified", detail={"rows": 9, "head_hash": "x", "broken_at": 4})
    assert "Broken at row 4" in words_of(auditor.get("/audit/"))


def test_looking_does_not_walk_the_chain(auditor: Client) -> None:
    auditor.get("/audit/")
    assert not AuditEvent.objects.filter(verb="audit.verified").exists()


@pytest.mark.parametrize("person", ["alice", "dana", "frank"])
def test_nobody_else_reads_or_verifies_it(person: str, request: pytest.FixtureRequest, signed_in: SignIn) -> None:
    browser = signed_in(request.getfixturevalue(person))
    assert browser.get("/audit/").status_code == 403
    assert browser.post("/audit/verify/").status_code == 403
