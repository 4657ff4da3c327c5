"""Recording a follow-up: once for each form, with its audit row, on the encounters of one's own units."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import Error

from clinical import follow_ups
from clinical.access import scope_of
from clinical.errors import FollowUpRefusedError
from clinical.models import AuditEvent, CareUnit, Encounter, FollowUp, User
from clinical.models.follow_up import FollowUpKind, FollowUpState
from tests.factories import encounter_on


def record(encounter: Encounter, by: User, **changes: Any) -> FollowUp:
    answers: dict[str, Any] = {
        "kind": FollowUpKind.EDUCATION,
        "state": FollowUpState.PLANNED,
        "note": "",
        "prediction_id": None,
        "submission_id": uuid.uuid4(),
    }
    return follow_ups.record(encounter=encounter, by=by, **{**answers, **changes})


def test_an_action_is_stored_with_who_and_what_was_on_the_page(alice: User, encounter: Encounter) -> None:
    shown = uuid.uuid4()
    with scope_of(alice):
        action = record(encounter, alice, note="Insulin pen shown.", prediction_id=shown)
        stored = FollowUp.objects.get()
    assert (stored, stored.recorded_by, stored.prediction_id, stored.note) == (action, alice, shown, "Insulin pen shown.")


def test_its_audit_row_has_ids_and_not_the_note(alice: User, encounter: Encounter) -> None:
    with scope_of(alice):
        action = record(encounter, alice, note="lives alone")
    event = AuditEvent.objects.get(verb="follow_up.recorded")
    assert (event.subject_id, event.detail["follow_up"]) == (str(encounter.public_id), str(action.public_id))
    assert "lives alone" not in str(event.detail)


def test_a_form_sent_twice_is_recorded_once(alice: User, encounter: Encounter) -> None:
    form = uuid.uuid4()
    with scope_of(alice):
        first, second = (record(encounter, alice, submission_id=form) for _ in range(2))
        assert first == second
        assert FollowUp.objects.count() == 1
    assert AuditEvent.objects.filter(verb="follow_up.recorded").count() == 1


def test_a_form_of_somebody_else_is_refused(alice: User, bob: User, encounter: Encounter) -> None:
    form = uuid.uuid4()
    with scope_of(alice):
        record(encounter, alice, submission_id=form)
    with scope_of(bob), pytest.raises(FollowUpRefusedError, match="already used"):
        record(encounter, bob, submission_id=form)


def test_a_form_of_a_unit_that_one_cannot_see_is_refused(
    alice: User, charlie: User, encounter: Encounter, nephrology: CareUnit
) -> None:
    form, own = uuid.uuid4(), encounter_on(nephrology)
    with scope_of(alice):
        record(encounter, alice, submission_id=form)
    with scope_of(charlie), pytest.raises(FollowUpRefusedError, match="already used"):
        record(own, charlie, submission_id=form)


def test_the_database_refuses_an_action_on_another_units_encounter(charlie: User, encounter: Encounter) -> None:
    with pytest.raises(Error, match="row-level security"), scope_of(charlie):
        record(encounter, charlie)
