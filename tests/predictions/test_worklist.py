"""The worklist as a nurse sees it: whom, in which order, and what each line says."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinical import follow_ups
from clinical.access import scope_of, scope_of_the_system
from clinical.models import AuditEvent, CareUnit, Encounter, Patient, StaffMembership, User
from clinical.models.follow_up import FollowUpKind, FollowUpState
from predictions.sealed import seal
from predictions.worklist import note_follow_up
from predictions.worklist_choice import SORTS
from predictions.worklist_places import PAGE_ROWS
from tests.predictions.scored import link_to, names_on, patient_on, words_of

QUERIES = 12
EVERY_SORT = [way for name in SORTS for way in (name, f"-{name}")]
SignIn = Callable[[User], Client]


@pytest.fixture
def nurse(alice: User, signed_in: SignIn) -> Client:
    """Alice's browser."""
    return signed_in(alice)


def test_the_highest_risk_stands_first_and_the_order_is_said(nurse: Client, cardiology: CareUnit) -> None:
    for name, risk in (("Low", 0.05), ("High", 0.29), ("Middle", 0.12)):
        patient_on(cardiology, name, risk)
    page = nurse.get("/worklist/")
    assert names_on(page) == ["HIGH, Miriam", "MIDDLE, Miriam", "LOW, Miriam"]
    assert "Sorted by: 30-day readmission risk, highest first" in words_of(page)
    assert 'aria-sort="descending"' in page.content.decode()


def test_a_line_says_who_how_likely_and_why(nurse: Client, cardiology: CareUnit) -> None:
    patient_on(cardiology, "Okafor", 0.23)
    words = words_of(nurse.get("/worklist/"))
    assert "OKAFOR, Miriam Born 02-Apr-1951 Record F" in words
    assert "23 of 100 High risk 95 % interval 19 to 28 2 inpatient stays in the past year" in words


def test_a_row_without_a_score_stands_last_and_never_looks_like_low_risk(nurse: Client, cardiology: CareUnit) -> None:
    patient_on(cardiology, "Unknown", None)
    patient_on(cardiology, "Low", 0.02)
    page = nurse.get("/worklist/")
    assert names_on(page) == ["LOW, Miriam", "UNKNOWN, Miriam"]
    assert "1 encounter has no score. Their risk is unknown, not low." in words_of(page)
    assert "Not scored: no model has been promoted yet" in words_of(page)


def test_only_the_patients_of_her_units_are_there(nurse: Client, cardiology: CareUnit, nephrology: CareUnit) -> None:
    patient_on(cardiology, "Mine")
    patient_on(nephrology, "Foreign", 0.9)
    for view in ("ward", "discharged", "all"):
        assert "FOREIGN" not in nurse.get(f"/worklist/?view={view}").content.decode()


def test_several_units_are_ranked_as_one_list(alice: User, nurse: Client, cardiology: CareUnit, nephrology: CareUnit) -> None:
    StaffMembership.objects.create(user=alice, role="clinician", unit=nephrology)
    for name, unit, risk in (("A", cardiology, 0.3), ("B", nephrology, 0.2), ("C", cardiology, 0.1)):
        patient_on(unit, name, risk)
    assert names_on(nurse.get("/worklist/")) == ["A, Miriam", "B, Miriam", "C, Miriam"]
    assert names_on(nurse.get("/worklist/?unit=NEPH")) == ["B, Miriam"]


def test_the_three_views_show_the_ward_the_recent_and_all(nurse: Client, cardiology: CareUnit) -> None:
    today = timezone.now()
    patient_on(cardiology, "Here")
    patient_on(cardiology, "Recent", 0.2, admitted_at=today - timedelta(days=20), discharged_at=today - timedelta(days=10))
    patient_on(cardiology, "Old", 0.1, admitted_at=today - timedelta(days=90), discharged_at=today - timedelta(days=80))
    assert names_on(nurse.get("/worklist/")) == ["HERE, Miriam"]
    assert names_on(nurse.get("/worklist/?view=discharged")) == ["RECENT, Miriam"]
    assert names_on(nurse.get("/worklist/?view=all")) == ["HERE, Miriam", "RECENT, Miriam", "OLD, Miriam"]


@pytest.mark.parametrize(
    ("query", "shown"),
    [("band=high", ["High"]), ("band=not_scored", ["Unknown"]), ("follow_up=done", ["Low"]),
     ("follow_up=none", ["High", "Unknown"]), ("unit=CARD", ["High", "Low", "Unknown"])],
)  # fmt: skip
def test_a_filtered_list_says_so_loudly(alice: User, nurse: Client, cardiology: CareUnit, query: str, shown: list[str]) -> None:
    patient_on(cardiology, "High", 0.25)
    patient_on(cardiology, "Unknown", None)
    followed_up(alice, patient_on(cardiology, "Low", 0.02))
    page = nurse.get(f"/worklist/?{query}")
    assert names_on(page) == [f"{name.upper()}, Miriam" for name in shown]
    assert "This list is filtered: patients are hidden." in words_of(page)
    assert 'id="clear-filters"' in page.content.decode()


def test_an_unfiltered_list_does_not_say_that_it_is_filtered(nurse: Client, cardiology: CareUnit) -> None:
    patient_on(cardiology, "Okafor")
    assert "filtered" not in words_of(nurse.get("/worklist/"))


@pytest.mark.parametrize("typed", ["okaf", "OKAFOR, Miriam", "miriam", "  okafor   mir ", "F-OKA"])
def test_a_name_or_number_is_found_and_never_stands_in_the_address(nurse: Client, cardiology: CareUnit, typed: str) -> None:
    patient_on(cardiology, "Smith")
    found = patient_on(cardiology, "Okafor", 0.1)
    with scope_of_the_system():
        Patient.objects.filter(pk=found.patient_id).update(medical_record_number="F-OKA-1")
        Patient.objects.exclude(pk=found.patient_id).update(given_name="Anna")
    answer = nurse.post("/worklist/search/", {"search": typed, "view": "ward"})
    assert answer.status_code == 302
    assert "okaf" not in answer["Location"].lower()
    assert "miriam" not in answer["Location"].lower()
    page = nurse.get(answer["Location"])
    assert names_on(page) == ["OKAFOR, Miriam"]
    assert "patients are hidden" in words_of(page)


@pytest.mark.parametrize("view", ["ward", "all"])
def test_a_search_that_finds_nobody_says_that_others_are_hidden(nurse: Client, cardiology: CareUnit, view: str) -> None:
    patient_on(cardiology, "Okafor")
    page = nurse.post("/worklist/search/", {"search": "zzz", "view": view, "sort": "-discharged"}, follow=True)
    assert page.status_code == 200
    assert "No patient matches these filters" in words_of(page)
    assert "patients are hidden" in words_of(page)


def test_an_empty_ward_says_so(nurse: Client) -> None:
    assert "Nobody is on this list" in words_of(nurse.get("/worklist/"))


@pytest.mark.parametrize("typed", ["a" * 81, "x\x00y", "<script>", "%", "family_name__startswith=a", "\u202eabc"])
def test_a_search_that_no_name_can_be_is_left_out_with_a_word(nurse: Client, cardiology: CareUnit, typed: str) -> None:
    patient_on(cardiology, "Okafor")
    page = nurse.post("/worklist/search/", {"search": typed}, follow=True)
    assert page.status_code == 200
    assert names_on(page) == ["OKAFOR, Miriam"]
    assert "The search was left out" in words_of(page)


@pytest.mark.parametrize(
    "query",
    ["page=-1", "page=1e309", "sort=password", "sort=encounter__patient__user", "band=%00", "unit=NEPH", "unit=CARD&unit=CARD",
     "view=" + "x" * 5000, "search=okafor", "page=gAAAA", "follow_up=%3Cscript%3E", "nonsense=1", "view=%ff%fe", "%00=%00"],
)  # fmt: skip
def test_an_address_that_means_nothing_is_set_aside_with_a_notice(nurse: Client, cardiology: CareUnit, query: str) -> None:
    patient_on(cardiology, "Okafor")
    page = nurse.get(f"/worklist/?{query}")
    assert page.status_code == 200
    assert names_on(page) == ["OKAFOR, Miriam"]
    assert "Part of the address was not understood" in words_of(page)


def test_a_page_of_another_sort_is_not_taken_for_a_page_of_this_one(nurse: Client, cardiology: CareUnit) -> None:
    patient_on(cardiology, "Okafor")
    page = nurse.get(f"/worklist/?sort=name&page={seal(['-risk', 0.1, 1, False])}")
    assert names_on(page) == ["OKAFOR, Miriam"]


def test_pages_show_each_patient_once_in_every_order_though_all_are_tied(nurse: Client, cardiology: CareUnit) -> None:
    everybody = sorted(f"P{n:03}, Miriam" for n in range(2 * PAGE_ROWS + 7))
    for n in range(len(everybody)):
        patient_on(cardiology, f"P{n:03}", None if n % 5 == 0 else 0.1)
    for sort in EVERY_SORT:
        pages = [nurse.get(f"/worklist/?view=all&sort={sort}")]
        while following := link_to(pages[-1], "next"):
            pages.append(nurse.get(following))
        assert len(pages) == 3, sort
        assert sorted(name for page in pages for name in names_on(page)) == everybody, sort
        second = nurse.get(link_to(pages[2], "prev"))
        assert names_on(second) == names_on(pages[1]), sort
        assert names_on(nurse.get(link_to(second, "prev"))) == names_on(pages[0]), sort


def test_the_first_page_leads_nowhere_back_and_a_short_list_nowhere_on(nurse: Client, cardiology: CareUnit) -> None:
    patient_on(cardiology, "Okafor")
    page = nurse.get("/worklist/")
    assert (link_to(page, "prev"), link_to(page, "next")) == ("", "")


def test_a_recorded_follow_up_stands_on_the_line(alice: User, nurse: Client, cardiology: CareUnit) -> None:
    followed_up(alice, patient_on(cardiology, "Okafor"))
    assert "Done Phone call after discharge" in words_of(nurse.get("/worklist/"))


def test_htmx_gets_the_list_alone_and_the_address_to_come_back_to(nurse: Client, cardiology: CareUnit) -> None:
    patient_on(cardiology, "Okafor")
    fragment = nurse.get("/worklist/?sort=name", headers={"HX-Request": "true"})
    assert names_on(fragment) == ["OKAFOR, Miriam"]
    assert "<html" not in fragment.content.decode()
    assert fragment["HX-Push-Url"] == "/worklist/?sort=name"
    assert "HX-Request" in fragment["Vary"]


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_a_boosted_or_restored_page_is_whole(nurse: Client, header: str) -> None:
    page = nurse.get("/worklist/", headers={"HX-Request": "true", header: "true"})
    assert "<html" in page.content.decode()


def test_a_fragment_after_the_session_ended_sends_the_whole_page_to_the_sign_in(client: Client, db: None) -> None:
    answer = client.get("/worklist/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/worklist/?view=all"})
    assert answer["HX-Redirect"].startswith("/accounts/login/?next=/worklist/")


def test_the_log_keeps_which_predictions_were_shown_and_no_searched_name(
    nurse: Client, cardiology: CareUnit, alice: User
) -> None:
    shown = patient_on(cardiology, "Okafor")
    nurse.post("/worklist/search/", {"search": "okafor", "band": "high"}, follow=True)
    event = AuditEvent.objects.get(verb="worklist.viewed")
    with scope_of(alice):
        assert event.detail["predictions"] == [str(shown.predictions.get().public_id)]
    assert event.detail["filters"] == ["risk band", "search"]
    assert "okafor" not in str(event.detail).lower()


@pytest.mark.parametrize("query", ["", "view=all&sort=name", "view=discharged&follow_up=none"])
def test_the_page_keeps_to_its_budget_of_queries(nurse: Client, cardiology: CareUnit, query: str) -> None:
    for n in range(60):
        patient_on(cardiology, f"P{n}", 0.1 + n / 100)
    nurse.get("/worklist/")  # the feature schema is read once in the life of a process
    with CaptureQueriesContext(connection) as queries:
        nurse.get(f"/worklist/?{query}")
    asked = [query["sql"] for query in queries.captured_queries if not str(query["sql"]).startswith(("SAVEPOINT", "RELEASE"))]
    assert len(asked) <= QUERIES, asked


def test_no_patient_banner_stands_over_many_patients(nurse: Client, cardiology: CareUnit) -> None:
    patient_on(cardiology, "Okafor")
    assert "patient-banner" not in nurse.get("/worklist/").content.decode()


def test_markup_in_a_name_is_shown_and_not_run(nurse: Client, cardiology: CareUnit) -> None:
    patient_on(cardiology, "<img src=x>")
    assert "<IMG" not in nurse.get("/worklist/").content.decode()


def followed_up(by: User, encounter: Encounter) -> None:
    """A phone call that `by` made about `encounter`."""
    with scope_of(by):
        follow_ups.record(
            encounter=encounter, kind=FollowUpKind.PHONE_CALL, state=FollowUpState.DONE, note="", by=by, prediction_id=None,
            submission_id=uuid.uuid4(),
        )  # fmt: skip
        note_follow_up(encounter)
