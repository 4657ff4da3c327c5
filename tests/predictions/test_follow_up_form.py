"""The follow-up form on an encounter's page, with and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from clinical.access import scope_of
from clinical.models import CareUnit, Encounter, FollowUp, User
from tests.factories import new_submission
from tests.predictions.scored import patient_on, scored, words_of

SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def nurse(alice: User, signed_in: SignIn) -> Client:
    """Alice's browser."""
    return signed_in(alice)


def address(encounter: Encounter) -> str:
    return f"/encounters/{encounter.public_id}/follow-ups/"


def answers(**changes: str) -> dict[str, str]:
    return {"kind": "phone_call", "state": "done", "note": "", "submission_id": new_submission(), **changes}


def test_what_she_did_is_in_the_history_with_her_name(nurse: Client, encounter: Encounter) -> None:
    prediction = scored(encounter)
    sent = answers(note="Daughter answers the phone.", prediction_id=str(prediction.public_id))
    page = nurse.post(address(encounter), sent, follow=True)
    assert page.redirect_chain == [(f"/encounters/{encounter.public_id}/", 302)]
    assert "Recorded. It is in the history of this encounter." in words_of(page)
    assert re.search(r"Phone call after discharge Done Daughter answers the phone\. alice, \d\d-", words_of(page))


def test_htmx_gets_the_form_the_history_and_the_timeline_back(nurse: Client, encounter: Encounter) -> None:
    scored(encounter)
    fragment = nurse.post(address(encounter), answers(), headers=HTMX)
    words = words_of(fragment)
    assert fragment.status_code == 200
    assert "<html" not in fragment.content.decode()
    assert words.index("Recorded.") < words.index("Follow-up history") < words.index("Timeline")
    assert words.count("Phone call after discharge") == 3  # to choose, in the history, on the timeline


def test_the_form_brings_a_new_number_each_time(nurse: Client, encounter: Encounter) -> None:
    numbers = {submission_of(nurse.get(f"/encounters/{encounter.public_id}/")) for _ in range(2)}
    assert len(numbers) == 2


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_form_sent_twice_is_recorded_once_and_answers_the_same(
    alice: User, nurse: Client, encounter: Encounter, headers: dict[str, str]
) -> None:
    sent = answers()
    first, second = (nurse.post(address(encounter), sent, headers=headers, follow=True) for _ in range(2))
    assert first.status_code == second.status_code == 200
    with scope_of(alice):
        assert FollowUp.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "said", "field"),
    [({"kind": ""}, "Choose what was done or is planned.", "id_kind"),
     ({"kind": "cure"}, "Choose one of the actions", "id_kind"),
     ({"state": ""}, "Choose how far it got.", "id_state"),
     ({"note": "x" * 501}, "Keep the note to 500 characters.", "id_note"),
     ({"note": "a\x00b"}, "Null characters are not allowed.", "id_note"),
     ({"kind": "other"}, "Say in the note what was done.", "id_note"),
     ({"submission_id": "7"}, "Open the page again.", ""),
     ({"prediction_id": "7"}, "Open the page again", "")],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field(
    nurse: Client, encounter: Encounter, wrong: dict[str, str], said: str, field: str
) -> None:
    whole, fragment = (nurse.post(address(encounter), answers(**wrong), headers=headers) for headers in ({}, HTMX))
    for page in (whole, fragment):
        assert page.status_code == 422
        assert "Nothing was recorded yet." in words_of(page)
        assert said in words_of(page)
        assert f'aria-describedby="{field}_error"' in page.content.decode() or not field


def test_a_wrong_form_stores_nothing(alice: User, nurse: Client, encounter: Encounter) -> None:
    nurse.post(address(encounter), answers(kind=""))
    with scope_of(alice):
        assert not FollowUp.objects.exists()


def test_what_was_typed_is_still_there_after_an_error(nurse: Client, encounter: Encounter) -> None:
    page = nurse.post(address(encounter), answers(kind="", note="Lives <alone>")).content.decode()
    assert "Lives &lt;alone&gt;</textarea>" in page
    assert re.search(r'value="done" required checked', page)


def test_a_score_of_another_encounter_is_refused(nurse: Client, encounter: Encounter, cardiology: CareUnit) -> None:
    other = scored(patient_on(cardiology, "Smith"), 0.3)
    page = nurse.post(address(encounter), answers(prediction_id=str(other.public_id)))
    assert page.status_code == 422
    assert "The score on the page belongs to another encounter." in words_of(page)


def test_characters_that_nobody_can_see_are_not_stored(alice: User, nurse: Client, encounter: Encounter) -> None:
    nurse.post(address(encounter), answers(note="call\u200b \u202etomorrow\U000e0041\nat 9"))
    with scope_of(alice):
        assert FollowUp.objects.get().note == "call tomorrow\nat 9"


def test_the_worklist_shows_the_newest_action_even_when_an_old_form_comes_again(nurse: Client, encounter: Encounter) -> None:
    scored(encounter)
    old = answers(state="planned")
    for sent in (old, answers(state="done"), old):
        nurse.post(address(encounter), sent)
    assert "Done Phone call after discharge" in words_of(nurse.get("/worklist/"))


def test_another_units_encounter_takes_no_follow_up(charlie: User, signed_in: SignIn, encounter: Encounter) -> None:
    assert signed_in(charlie).post(address(encounter), answers()).status_code == 404


def test_a_form_from_elsewhere_is_refused(alice: User, encounter: Encounter) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    page = browser.post(address(encounter), answers())
    assert page.status_code == 403
    assert "This form has expired" in words_of(page)


def test_the_forms_own_address_leads_to_the_encounter(nurse: Client, encounter: Encounter) -> None:
    assert nurse.get(address(encounter))["Location"] == f"/encounters/{encounter.public_id}/"


def submission_of(page: Any) -> str:
    found = re.search(r'name="submission_id" value="([^"]+)"', page.content.decode())
    assert found is not None
    return found.group(1)
