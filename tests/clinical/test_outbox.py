from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from clinical import outbox
from clinical.models import Message

pytestmark = pytest.mark.django_db
KIND = "test.told"


class ReceiverDownError(Exception):
    pass


@pytest.fixture
def told() -> list[str]:
    """What the receiver has been told."""
    received: list[str] = []
    outbox.handles(KIND)(lambda message: received.append(message.subject))
    return received


@pytest.fixture
def _receiver_is_down() -> None:
    def refuse(_message: Message) -> None:
        msg = "no answer"
        raise ReceiverDownError(msg)

    outbox.handles(KIND)(refuse)


def left(**given: object) -> Message:
    assert outbox.put(kind=KIND, **given)  # type: ignore[arg-type]  # keywords of put
    return Message.objects.latest("pk")


def test_a_message_goes_with_the_transaction_that_left_it(told: list[str]) -> None:
    with transaction.atomic():
        left(subject="never happened")
        transaction.set_rollback(True)
    assert outbox.deliver_due() == 0
    assert told == []


def test_a_message_is_delivered_once(told: list[str]) -> None:
    left(subject="7")
    assert (outbox.deliver_due(), outbox.deliver_due()) == (1, 0)
    assert told == ["7"]


def test_the_same_key_leaves_one_message_ever(told: list[str]) -> None:
    left(subject="7", key="once")
    assert outbox.put(kind=KIND, subject="7", key="once") is False
    outbox.deliver_due()
    assert outbox.put(kind=KIND, subject="7", key="once") is False
    assert told == ["7"]


def test_what_another_worker_holds_is_left_to_it_until_its_hold_runs_out(told: list[str]) -> None:
    message = left(subject="7")
    Message.objects.update(held_until=timezone.now() + timedelta(seconds=30))
    assert outbox.deliver(message.pk) is False
    Message.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    assert outbox.deliver(message.pk) is True
    assert told == ["7"]


@pytest.mark.usefixtures("_receiver_is_down")
def test_a_message_that_cannot_be_delivered_waits_longer_each_time_and_says_why() -> None:
    message = left(subject="7")
    pauses = []
    for _ in range(3):
        Message.objects.update(due_at=timezone.now())
        assert outbox.deliver_due() == 0
        message.refresh_from_db()
        pauses.append(message.due_at - timezone.now())
    assert pauses == sorted(pauses)
    assert message.last_error == "ReceiverDownError: no answer"
    assert Message.objects.waiting().count() == 1


@pytest.mark.usefixtures("_receiver_is_down")
def test_a_message_is_given_up_with_an_alarm_and_stays_to_be_looked_at(caplog: pytest.LogCaptureFixture) -> None:
    message = left(subject="7")
    Message.objects.update(attempts=outbox.MOST_ATTEMPTS - 1)
    outbox.deliver_due()
    message.refresh_from_db()
    assert message.dead_at is not None
    assert [line.levelname for line in caplog.records] == ["CRITICAL"]
    assert not Message.objects.due().exists()
