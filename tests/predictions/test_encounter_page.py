"""An encounter's page: who it is, how likely, why, from what, and what the score cannot see."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clinical.access import scope_of_the_system
from clinical.models import AuditEvent, CareUnit, Encounter, Outcome, Patient, User
from predictions.unusual import UNSEEN, flag
from tests.factories import EncounterFactory, encounter_on
from tests.predictions.scored import not_scored, scored, words_of

SignIn = Callable[[User], Client]
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def nurse(alice: User, signed_in: SignIn) -> Client:
    """Alice's browser."""
    return signed_in(alice)


def page_of(nurse: Client, encounter: Encounter) -> Any:
    return nurse.get(f"/encounters/{encounter.public_id}/")


def test_the_banner_names_the_patient_in_the_order_of_the_standard(nurse: Client, encounter: Encounter) -> None:
    scored(encounter)
    age = encounter.patient.age_years_on(timezone.localdate())
    banner = f"OKAFOR, Miriam Born 02-Apr-1951 ({age}y) Gender Female Record number {encounter.patient.medical_record_number}"
    assert f"{banner} Unit Cardiology" in words_of(page_of(nurse, encounter))


def test_the_risk_is_told_with_one_denominator_both_ways_and_an_interval(nurse: Client, encounter: Encounter) -> None:
    scored(encounter, 0.234)
    words = words_of(page_of(nurse, encounter))
    assert "Of 100 patients like this, about 23 are back in hospital within 30 days of going home. About 77 are not." in words
    assert "The model cannot be more exact than 19 to 28 of 100 (95 % interval). It learned from a limited number" in words
    assert "of 100 ranges like this one, about 95 hold the figure that it is looking for" in words
    assert "High band (scores from 20 to 30 of 100): of 100 patients in it, about 22 were really back" in words
    assert "counted on 1,500 patients that the model had never seen, 330 of them back" in words


def test_the_picture_shows_as_many_as_the_words_say(nurse: Client, encounter: Encounter) -> None:
    scored(encounter, 0.234)
    picture = page_of(nurse, encounter).content.decode()
    key = 1  # the figure beside the caption
    assert picture.count("icon--back") == 23 + key
    assert picture.count("icon--not") == 77 + key


def test_reasons_are_split_into_what_can_be_done_and_what_cannot(nurse: Client, encounter: Encounter) -> None:
    scored(encounter)
    words = words_of(page_of(nurse, encounter))
    acted, past, fixed = (words.index(title) for title in ("Can be acted on", "Past use of care", "Cannot be changed"))
    assert acted < words.index("Medicines 16 medicines takes away about 1 of 100") < past
    assert past < words.index("Inpatient stays 2 inpatient stays in the past year adds about 8 of 100") < fixed
    assert "Associations in past patients, not causes." in words


def test_the_parts_add_up_to_the_score_before_the_readers_eyes(nurse: Client, encounter: Encounter) -> None:
    scored(encounter)
    words = words_of(page_of(nurse, encounter))
    line = re.search(
        r"Start ([\d.]+) \(all patients\) \+([\d.]+) \S+ \S+ \S+ \N{MINUS SIGN}([\d.]+) .*? = ([\d.]+) of 100", words
    )
    assert line is not None
    start, raising, lowering, score = map(float, line.groups())
    assert start + raising - lowering == pytest.approx(score)
    assert "do not add up" not in words


def test_what_it_was_made_from_and_cannot_see_is_said(nurse: Client, encounter: Encounter) -> None:
    prediction = scored(encounter)
    words = words_of(page_of(nurse, encounter))
    assert "1 of 4 items were missing and were read as “not recorded”: HbA1c." in words
    assert "What this score cannot see" in words
    assert "readmission-30d v1" in words
    assert str(prediction.public_id) in words


def test_what_is_unusual_about_the_record_is_said_beside_the_score(nurse: Client, encounter: Encounter) -> None:
    scored(encounter, flags=(flag("diagnoses", UNSEEN),))
    words = words_of(page_of(nurse, encounter))
    assert "This record is unusual: take the score with more care." in words
    assert "Number of diagnoses: the model has learned from nobody like that" in words


def test_an_ordinary_record_is_not_called_unusual(nurse: Client, encounter: Encounter) -> None:
    scored(encounter)
    assert "unusual" not in words_of(page_of(nurse, encounter))


def test_an_encounter_without_a_score_is_unknown_and_not_low(nurse: Client, encounter: Encounter) -> None:
    not_scored(encounter)
    words = words_of(page_of(nurse, encounter))
    assert "Not scored: no model has been promoted yet" in words
    assert "The risk of this patient is unknown. That does not mean that it is low." in words
    assert "of 100 patients" not in words.lower()


def test_an_encounter_that_nobody_queued_still_has_a_page(nurse: Client, encounter: Encounter) -> None:
    assert "Not scored: It has not reached the scoring queue yet." in words_of(page_of(nurse, encounter))


@pytest.mark.parametrize(
    ("provenance", "said"),
    [
        ("diabetes130", "all dates are simulated by a stated rule"),
        ("synthetic", "Nothing on this page describes a real person"),
    ],
)
def test_made_and_published_records_say_that_they_are(nurse: Client, cardiology: CareUnit, provenance: str, said: str) -> None:
    encounter = encounter_on(cardiology, provenance=provenance)
    assert said in words_of(page_of(nurse, encounter))


def test_a_hospitals_own_record_bears_no_such_notice(nurse: Client, cardiology: CareUnit) -> None:
    assert 'id="data-notice"' not in page_of(nurse, encounter_on(cardiology, provenance="ehr")).content.decode()


@pytest.mark.parametrize(
    ("days_since", "readmission", "said"),
    [(None, "", "not yet known: the patient is on the ward"), (10, "within_30", "not yet known: counts from"),
     (60, "within_30", "readmitted within 30 days"), (60, "", "not yet known: counts from")],
)  # fmt: skip
def test_an_outcome_is_told_only_once_it_has_matured(
    nurse: Client, cardiology: CareUnit, days_since: int | None, readmission: str, said: str
) -> None:
    left = timezone.now() - timedelta(days=days_since) if days_since else None
    encounter = encounter_on(cardiology, admitted_at=timezone.now() - timedelta(days=90), discharged_at=left)
    if left:
        with scope_of_the_system():
            reported = left if readmission else None
            Outcome.objects.create(
                encounter=encounter, readmission=readmission, reported_at=reported, matures_at=left + timedelta(days=37)
            )
    assert said in words_of(page_of(nurse, encounter)).lower()


def test_a_death_stands_in_the_banner_of_every_stay_of_the_patient(nurse: Client, encounter: Encounter) -> None:
    with scope_of_the_system():
        EncounterFactory(
            patient=encounter.patient, unit=encounter.unit, discharge_disposition=11,
            admitted_at=datetime(2026, 11, 2, 9, tzinfo=UTC), discharged_at=datetime(2026, 11, 9, 9, tzinfo=UTC),
        )  # fmt: skip
    words = words_of(page_of(nurse, encounter))
    assert "Born 02-Apr-1951 Died 09-Nov-2026 Age at Death 75y Gender Female" in words
    assert "patient-banner--died" in page_of(nurse, encounter).content.decode()


def test_another_units_encounter_answers_as_if_there_were_none(charlie: User, signed_in: SignIn, encounter: Encounter) -> None:
    scored(encounter)
    browser = signed_in(charlie)
    foreign, missing = page_of(browser, encounter), browser.get(f"/encounters/{NOBODY}/")
    assert foreign.status_code == missing.status_code == 404
    assert words_of(foreign).split("quote request")[0] == words_of(missing).split("quote request")[0]
    assert "OKAFOR" not in foreign.content.decode()
    assert not AuditEvent.objects.filter(verb="encounter.viewed").exists()


def test_the_timeline_leaves_out_stays_on_units_of_others(nurse: Client, encounter: Encounter, nephrology: CareUnit) -> None:
    with scope_of_the_system():
        EncounterFactory(patient=encounter.patient, unit=encounter.unit, length_of_stay_days=3)
        EncounterFactory(patient=encounter.patient, unit=nephrology, length_of_stay_days=4)
    words = words_of(page_of(nurse, encounter))
    assert words.count("On the ward now Cardiology") == 1
    assert "Nephrology" not in words


def test_looking_is_recorded_with_the_prediction_that_was_shown(alice: User, nurse: Client, encounter: Encounter) -> None:
    prediction = scored(encounter)
    page_of(nurse, encounter)
    event = AuditEvent.objects.get(verb="encounter.viewed")
    assert (event.actor_id, event.subject_id) == (alice.public_id, str(encounter.public_id))
    assert event.detail == {"prediction": str(prediction.public_id)}


def test_markup_in_a_record_is_shown_and_not_run(nurse: Client, encounter: Encounter) -> None:
    with scope_of_the_system():
        Patient.objects.update(family_name="<script>alert(1)</script>", given_name="<b>x</b>")
    html = page_of(nurse, encounter).content.decode()
    assert "<SCRIPT>" not in html
    assert "<b>x</b>" not in html


def test_a_tiny_risk_is_not_told_as_none(nurse: Client, encounter: Encounter) -> None:
    scored(encounter, 0.001)
    assert "about fewer than 1" not in words_of(page_of(nurse, encounter))
    assert "Of 100 patients like this, fewer than 1 is back" in words_of(page_of(nurse, encounter))
    assert "More than 99 are not." in words_of(page_of(nurse, encounter))
