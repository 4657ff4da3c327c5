"""Which model was it at 14:03: told from rows that nobody can rewrite."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from clinical.access import scope_of_the_system
from clinical.models import AuditEvent, Encounter, User
from mlops import releases
from mlops.errors import EncounterUnknownError, MomentRefusedError, NotScoredYetError
from mlops.incidents import open_incident
from mlops.models import Decision
from mlops.whichmodel import moment_from, story_of
from predictions import champion, scoring
from tests import small_model

pytestmark = pytest.mark.usefixtures("nothing_held")


@pytest.fixture
def two_terms(dana: User, encounter: Encounter) -> tuple[Encounter, datetime, datetime]:
    """Scored by v1, then by v2; a moment in each time."""
    times = []
    for seed in (0, 1):
        small_model.promoted(dana, seed=seed)
        champion.forget()
        scoring.score(encounter)
        times.append(timezone.now())
    return encounter, times[0], times[1]


def test_the_version_of_that_moment_is_told_and_not_todays(two_terms: tuple[Encounter, datetime, datetime]) -> None:
    encounter, first, second = two_terms
    assert [story_of(encounter.public_id, at).version for at in (first, second)] == [
        "readmission-30d v1", "readmission-30d v2",
    ]  # fmt: skip
    then = story_of(encounter.public_id, first)
    assert (then.champion.number if then.champion else None, then.status_now, then.notes) == (1, "Retired", ())


def test_the_answer_names_who_approved_it_on_which_seal_and_where_it_comes_from(
    two_terms: tuple[Encounter, datetime, datetime],
) -> None:
    encounter, first, _ = two_terms
    story = story_of(encounter.public_id, first)
    decision = Decision.objects.get(version__number=1)
    assert story.approval is not None
    assert (story.approval.by, story.approval.evidence_seal, story.approval.seal_still_fits) == (
        str(decision.by), decision.evidence_seal, True,
    )  # fmt: skip
    facts = {fact.name: fact.value for fact in story.lineage}
    assert facts["Data digest (SHA-256)"] == "0" * 64
    assert facts["Split"].startswith("protocol ")


def test_what_happened_since_stands_in_the_order_of_time(two_terms: tuple[Encounter, datetime, datetime], dana: User) -> None:
    encounter, first, _ = two_terms
    releases.rollback(by=dana, reason="It flags too many.")
    open_incident(kind="drift", severity="warning", subject="Ages have moved.", key="drift:1")
    told = [event.what for event in story_of(encounter.public_id, first).since]
    assert [line.split(" by ")[0].split(" (")[0] for line in told] == [
        "v2 came into office", "Scored again", "Rolled back to v1", "Incident",
    ]  # fmt: skip


def test_after_a_roll_back_the_score_that_still_stands_is_told_as_that(
    two_terms: tuple[Encounter, datetime, datetime], dana: User
) -> None:
    encounter = two_terms[0]
    releases.rollback(by=dana, reason="It flags too many.")
    story = story_of(encounter.public_id, timezone.now())
    assert story.version == "readmission-30d v2"
    assert "v1 was the champion by then; the score of v2 still stood" in story.notes[0]
    champion.forget()
    scoring.score(encounter)  # the same inputs: the stored score of v1 comes back on the list
    again = story_of(encounter.public_id, timezone.now())
    assert (again.version, again.notes) == ("readmission-30d v1", ())


def test_a_list_that_said_not_scored_is_told(two_terms: tuple[Encounter, datetime, datetime]) -> None:
    encounter = two_terms[0]
    with scope_of_the_system():
        Encounter.objects.filter(pk=encounter.pk).update(discharge_disposition=11)
        encounter.refresh_from_db()
    with pytest.raises(Exception, match="death or hospice"):
        scoring.score(encounter)
    assert "cannot_return" in story_of(encounter.public_id, timezone.now()).notes[0]


# --- refusals ----------------------------------------------------------------------------------------------------------------


def test_what_cannot_be_answered_says_why(two_terms: tuple[Encounter, datetime, datetime]) -> None:
    encounter, first, _ = two_terms
    with pytest.raises(EncounterUnknownError, match="There is no encounter"):
        story_of(uuid4(), first)
    with pytest.raises(MomentRefusedError, match="future"):
        story_of(encounter.public_id, timezone.now() + timedelta(minutes=1))
    with pytest.raises(NotScoredYetError, match="The first score was made"):
        story_of(encounter.public_id, first - timedelta(days=1))


def test_an_encounter_without_any_score_is_told_apart(encounter: Encounter) -> None:
    with pytest.raises(NotScoredYetError, match="not been scored since either"):
        story_of(encounter.public_id, timezone.now())


def test_a_time_needs_its_zone_unless_it_is_todays() -> None:
    today = timezone.now().astimezone(UTC).date()
    assert moment_from("14:03") == datetime(today.year, today.month, today.day, 14, 3, tzinfo=UTC)
    assert moment_from("2026-11-20T15:03+01:00") == datetime(2026, 11, 20, 14, 3, tzinfo=UTC)
    for text, why in (("2026-11-20T14:03", "no zone"), ("yesterday", "no time"), ("2026-02-31T14:03Z", "no time")):
        with pytest.raises(MomentRefusedError, match=why):
            moment_from(text)


# --- the command -------------------------------------------------------------------------------------------------------------


def asked(*arguments: str) -> str:
    out = StringIO()
    call_command("which_model", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_answers_in_words_and_in_json(two_terms: tuple[Encounter, datetime, datetime]) -> None:
    encounter, first, _ = two_terms
    arguments = ("--encounter", str(encounter.public_id), "--at", first.isoformat())
    words, found = asked(*arguments), json.loads(asked(*arguments, "--json"))
    assert "Scored by readmission-30d v1" in words
    assert "the evidence still bears it" in words
    assert found["version"] == "readmission-30d v1"
    assert AuditEvent.objects.filter(verb="model.asked_which", subject_id=str(encounter.public_id)).count() == 2


def test_no_answer_holds_a_patient_or_a_score(two_terms: tuple[Encounter, datetime, datetime]) -> None:
    encounter, first, _ = two_terms
    with scope_of_the_system():
        patient, prediction = Encounter.objects.get(pk=encounter.pk).patient, encounter.predictions.order_by("pk")[0]
        hidden: list[Any] = [patient.family_name, patient.medical_record_number, patient.public_id, prediction.risk_probability]
    text = asked("--encounter", str(encounter.public_id), "--at", first.isoformat(), "--json")
    assert not [secret for secret in hidden if str(secret) in text]


@pytest.mark.django_db
@pytest.mark.parametrize(("encounter", "at", "why"), [("12", "14:03", "no encounter id"), (str(uuid4()), "noon", "no time")])
def test_the_command_refuses_in_words(encounter: str, at: str, why: str) -> None:
    with pytest.raises(CommandError, match=why):
        asked("--encounter", encounter, "--at", at)
