"""Feedback on cards: what the EHR's users did is kept, joined to the score, and an accepted suggestion is a follow-up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction
from django.test import Client

from clinical.access import scope_of, scope_of_the_system
from clinical.models import AuditEvent, CareUnit, Encounter, FollowUp, User
from predictions.cds.story import story_of
from predictions.models import CdsFeedback
from tests.predictions.cds_client import SERVICE, CdsClient, accepted, cds_client_on, overridden
from tests.predictions.scored import scored, words_of

REASON = {"system": "urn:wardlight:override-reasons", "code": "planned-readmission"}
SignIn = Callable[[User], Client]


@pytest.fixture
def ehr(cardiology: CareUnit) -> CdsClient:
    return cds_client_on(cardiology)


@pytest.fixture
def ehr_client(ehr: CdsClient) -> User:
    return ehr.user


@pytest.fixture
def card(ehr: CdsClient, encounter: Encounter) -> dict[str, Any]:
    """A card that was given for a high risk."""
    scored(encounter, 0.23)
    (card,) = ehr.cards(encounter)
    return card


def test_an_accepted_suggestion_is_a_planned_follow_up(ehr: CdsClient, ehr_client: User, card: dict[str, Any]) -> None:
    assert ehr.feedback(accepted(card, 0, 2)).status_code == 200
    with scope_of(ehr_client):
        actions = {action.kind: action for action in FollowUp.objects.all()}
    assert set(actions) == {"phone_call", "medication_review"}
    assert {(one.state, one.recorded_by_id) for one in actions.values()} == {("planned", ehr_client.pk)}
    assert all(str(one.prediction_id) in card["detail"] for one in actions.values())


def test_the_nurse_sees_what_was_planned_in_the_ehr(
    ehr: CdsClient, alice: User, signed_in: SignIn, card: dict[str, Any], encounter: Encounter
) -> None:
    ehr.feedback(accepted(card, 0))
    assert "Planned Phone call after discharge" in words_of(signed_in(alice).get("/worklist/"))
    assert "Phone call after discharge Planned ehr-hospitalehr-" in words_of(
        signed_in(alice).get(f"/encounters/{encounter.public_id}/")
    )


def test_the_same_feedback_again_changes_nothing(ehr: CdsClient, ehr_client: User, card: dict[str, Any]) -> None:
    told = accepted(card, 0)
    assert [ehr.feedback(told).status_code for _ in range(3)] == [200, 200, 200]
    later = {**told, "outcomeTimestamp": "2026-11-20T11:00:00Z"}
    assert ehr.feedback(later).status_code == 200
    with scope_of(ehr_client):
        assert (CdsFeedback.objects.count(), FollowUp.objects.count()) == (2, 1)


def test_an_override_is_kept_with_its_reason_and_words(ehr: CdsClient, ehr_client: User, card: dict[str, Any]) -> None:
    comment = "Comes back for \u202esurgery\x07 in two weeks."
    assert ehr.feedback(overridden(card, overrideReason={"reason": REASON, "userComment": comment})).status_code == 200
    with scope_of(ehr_client):
        row = CdsFeedback.objects.get()
    assert (row.outcome, row.reason_code, row.comment) == (
        "overridden",
        "planned-readmission",
        "Comes back for surgery in two weeks.",
    )


def test_a_dismissal_without_a_reason_is_feedback_too(ehr: CdsClient, card: dict[str, Any]) -> None:
    assert ehr.feedback(overridden(card)).status_code == 200


def test_a_comment_is_in_no_log_and_no_audit_row(
    ehr: CdsClient, card: dict[str, Any], capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    ehr.feedback(overridden(card, overrideReason={"userComment": "Canary Okafor says no"}))
    assert "Canary" not in caplog.text + "".join(capsys.readouterr())
    assert not AuditEvent.objects.filter(detail__icontains="Canary").exists()
    assert AuditEvent.objects.filter(verb="cds.feedback").count() == 1


def test_another_unit_reads_no_feedback(ehr: CdsClient, charlie: User, card: dict[str, Any]) -> None:
    ehr.feedback(overridden(card, overrideReason={"userComment": "Lives alone."}))
    with scope_of(charlie):
        assert not CdsFeedback.objects.exists()


@pytest.mark.parametrize(
    "statement", ["UPDATE predictions_cdsfeedback SET comment = ''", "DELETE FROM predictions_cdsfeedback"]
)
def test_nobody_rewrites_feedback(ehr: CdsClient, card: dict[str, Any], statement: str) -> None:
    ehr.feedback(overridden(card))
    refused = pytest.raises((ProgrammingError, InternalError))
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_card_of_another_client_is_no_card(ehr: CdsClient, cardiology: CareUnit, card: dict[str, Any]) -> None:
    other = cds_client_on(cardiology, name="Another EHR")
    answer = other.feedback(overridden(card))
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["field"] == "feedback[0].card"


def test_one_unknown_card_among_known_ones_keeps_nothing(ehr: CdsClient, ehr_client: User, card: dict[str, Any]) -> None:
    unknown = {**overridden(card), "card": "4e0a3a1e-3283-4575-ab82-028d55fe2719"}
    assert ehr.feedback(overridden(card), unknown).status_code == 404
    with scope_of(ehr_client):
        assert not CdsFeedback.objects.exists()


def test_a_suggestion_of_another_card_is_refused(ehr: CdsClient, ehr_client: User, card: dict[str, Any]) -> None:
    told = {**accepted(card, 0), "acceptedSuggestions": [{"id": "4e0a3a1e-3283-4575-ab82-028d55fe2719"}]}
    assert ehr.feedback(told).status_code == 400
    with scope_of(ehr_client):
        assert not FollowUp.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"card": "7"}, "feedback[0].card"),
     ({"outcome": "ignored"}, "feedback[0].outcome"),
     ({"outcomeTimestamp": None}, "feedback[0].outcomeTimestamp"),
     ({"outcomeTimestamp": "2026-11-20T10:05:31+01:00"}, "feedback[0].outcomeTimestamp"),
     ({"outcomeTimestamp": "2026-13-20T10:05:31Z"}, "feedback[0].outcomeTimestamp"),
     ({"outcomeTimestamp": "2999-01-01T00:00:00Z"}, "feedback[0].outcomeTimestamp"),
     ({"acceptedSuggestions": []}, "feedback[0].acceptedSuggestions"),
     ({"overrideReason": {}}, "feedback[0].overrideReason"),
     ({"overrideReason": {"reason": {"code": "x"}}}, "feedback[0].overrideReason.reason.system"),
     ({"overrideReason": {"reason": {"code": "a\x07b", "system": "s"}}}, "feedback[0].overrideReason.reason.code"),
     ({"overrideReason": {"userComment": "x" * 1001}}, "feedback[0].overrideReason.userComment"),
     ({"overrideReason": {"userComment": 7}}, "feedback[0].overrideReason.userComment")],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_place(ehr: CdsClient, card: dict[str, Any], wrong: dict[str, Any], field: str) -> None:
    answer = ehr.feedback({**overridden(card), **wrong})
    assert answer.status_code == 400
    assert field in {error["field"] for error in answer.json()["errors"]}


@pytest.mark.parametrize("body", [[], {}, {"feedback": []}, {"feedback": {}}, {"feedback": [7]}, {"feedback": [{}] * 101}, 7])
def test_a_body_that_is_no_feedback_is_refused(ehr: CdsClient, body: object) -> None:
    assert ehr.post(f"{SERVICE}/feedback", body).status_code == 400


def test_the_story_of_a_score_is_read_by_its_number(ehr: CdsClient, ehr_client: User, encounter: Encounter) -> None:
    prediction = scored(encounter, 0.23)
    (card,) = ehr.cards(encounter)
    ehr.feedback(accepted(card, 0))
    with scope_of(ehr_client):
        story = story_of(prediction.public_id)
    assert story is not None
    assert [(str(shown.uuid), shown.feedback[0].accepted) for shown in story.cards] == [(card["uuid"], ["phone_call"])]
    assert [action.kind for action in story.follow_ups] == ["phone_call"]
    assert story.outcome is None
    with scope_of_the_system():
        assert story_of(encounter.public_id) is None
    assert story.cards[0].feedback[0].at == datetime(2026, 11, 20, 10, 5, 31, tzinfo=UTC)
