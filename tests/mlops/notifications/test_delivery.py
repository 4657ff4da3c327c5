"""From an incident to those who are told of it."""

from __future__ import annotations

import json

import pytest

import mlops.tasks  # noqa: F401  as every worker does: this is how it knows the handlers
from clinical import outbox
from clinical.models import AuditEvent, Message, User
from mlops import incidents
from mlops.errors import IncidentClosedError, NoteMissingError
from mlops.incidents import acknowledge, close, open_incident
from mlops.models import Incident, Notification, NotificationChannel
from mlops.notifications.channels import new_secret, receiver_of
from tests.mlops.notifications.receivers import Webhook, webhook


def opened(severity: str = "alarm", key: str = "drift:1") -> Incident:
    return open_incident(kind="drift", severity=severity, key=key, subject="readmission-30d v1: 1 alarm", detail={"alarms": 1})


def channel(receiver: Webhook | None = None, **told: object) -> NotificationChannel:
    made = NotificationChannel(name=f"channel {told}", kind="webhook", address=receiver.address if receiver else "", **told)
    secret = new_secret(made)
    made.save()
    if receiver:
        receiver.key = secret
    return made


pytestmark = pytest.mark.django_db


def test_an_incident_is_told_once_to_each_channel_that_wants_it() -> None:
    with webhook("") as receiver:
        channel(receiver)
        channel(is_on=False)
        incident = opened()
        assert Notification.objects.get().state == "waiting"
        outbox.deliver_due()
        outbox.deliver_due()
    assert len(receiver.bodies) == 1
    told = json.loads(receiver.bodies[0])
    assert (told["incident"], told["severity"]) == (str(incident.public_id), "alarm")
    assert Notification.objects.get().state == "delivered"


def test_the_same_trouble_again_is_the_same_incident_and_tells_nobody_twice() -> None:
    channel()
    first, second = opened(), opened()
    assert (second.pk, second.times_seen) == (first.pk, 2)
    assert Notification.objects.count() == Message.objects.filter(kind="notify").count() == 1


def test_a_trouble_that_became_worse_is_told_to_those_who_wanted_only_alarms() -> None:
    channel()
    opened("warning")
    assert not Notification.objects.exists()
    assert opened("alarm").severity == "alarm"
    assert Notification.objects.count() == 1


def test_a_message_that_is_brought_twice_is_sent_once() -> None:
    with webhook("") as receiver:
        channel(receiver)
        opened()
        outbox.deliver_due()
        Message.objects.update(done_at=None)
        outbox.deliver_due()
    assert len(receiver.bodies) == 1


def test_a_receiver_that_is_away_is_told_when_it_is_back() -> None:
    with webhook("", answer=503) as receiver:
        channel(receiver)
        opened()
        outbox.deliver_due()
        waiting = Notification.objects.get()
        assert (waiting.state, waiting.attempts) == ("waiting", 1)
        assert "503" in waiting.last_error
        receiver.answer = 204
        Message.objects.update(due_at=waiting.created_at)
        outbox.deliver_due()
    assert Notification.objects.get().state == "delivered"
    assert len(set(receiver.ids)) == 1


def test_a_refusal_for_good_ends_it() -> None:
    with webhook("", answer=410) as receiver:
        channel(receiver)
        opened()
        outbox.deliver_due()
    assert Notification.objects.get().state == "refused"
    assert Message.objects.get(kind="notify").done_at


def test_a_secret_is_stored_encrypted_and_the_one_before_still_signs() -> None:
    made = channel()
    first = receiver_of(made, address="").secrets[0]
    second = new_secret(made)
    assert receiver_of(made, address="").secrets == (second, first)
    assert first not in made.sealed_secret_before


def test_looking_at_it_and_closing_it_are_audited_and_closing_needs_words(frank: User) -> None:
    incident = opened()
    acknowledge(incident, by=frank, note="I am looking.")
    with pytest.raises(NoteMissingError):
        close(incident, by=frank, note="done")
    closed = close(incident, by=frank, note="The laboratory's interface was down.")
    assert (closed.state, closed.acknowledged_by) == ("Closed", frank)
    with pytest.raises(IncidentClosedError):
        close(incident, by=frank, note="The laboratory's interface was down.")
    verbs = AuditEvent.objects.filter(verb__startswith="incident.").order_by("position").values_list("verb", flat=True)
    assert list(verbs) == ["incident.opened", "incident.acknowledged", "incident.closed"]


def test_after_closing_the_next_one_is_a_new_incident(frank: User) -> None:
    first = opened()
    incidents.close(first, by=frank, note="It was the test of an alarm.")
    assert opened().pk != first.pk
