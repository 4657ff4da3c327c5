"""What every way of telling promises, held for each of them against a receiver that answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_string

import boto3
import pytest
from moto.server import ThreadedMotoServer
from pytest_django import Settings

from clinical.egress import is_public
from mlops import aws
from mlops.errors import NotDeliveredError
from mlops.notifications.base import Note, Notifier, Receiver
from mlops.notifications.email import EmailNotifier
from mlops.notifications.memory import MemoryNotifier
from mlops.notifications.sns import SnsNotifier
from mlops.notifications.webhook import WebhookNotifier, allowed, signed
from tests.mlops.notifications.receivers import MailServer, Webhook, mail_server, webhook

NOTE = Note(
    id="0b2f", incident="77aa", kind="drift", severity="alarm", subject="readmission-30d v3, 2026-08-10: 2 alarms",
    opened_at="2026-08-11T03:30:04+00:00", link="https://wardlight.example/admin/mlops/incident/77aa/",
)  # fmt: skip
NEW, OLD = "whsec_bmV3IGtleSBvZiBhIHRlc3Q=", "whsec_b2xkIGtleSBvZiBhIHRlc3Q="


@dataclass
class Way:
    """An adapter with a receiver, what reached that one, and an address that it refuses."""

    notifier: Notifier
    receiver: Receiver
    reached: Callable[[], list[str]]
    nowhere: Receiver


@pytest.fixture(scope="module")
def amazon() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with webhook(NEW) as receiver:
        yield receiver


@pytest.fixture
def mail(settings: Settings) -> Iterator[MailServer]:
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield server


@pytest.fixture(params=["memory", "webhook", "email", "sns"])
def way(request: pytest.FixtureRequest) -> Way:
    made: Way = request.getfixturevalue(f"by_{request.param}")
    return made


@pytest.fixture
def by_memory() -> Way:
    notifier = MemoryNotifier()

    class Refusing(MemoryNotifier):
        def send(self, note: Note, receiver: Receiver) -> None:
            if not receiver.address:
                raise NotDeliveredError(permanent=True)
            notifier.send(note, receiver)

    return Way(Refusing(), Receiver("here"), lambda: [note.subject for _to, note in notifier.taken], Receiver(""))


@pytest.fixture
def by_webhook(hook: Webhook) -> Way:
    reached = lambda: [json.loads(body)["subject"] for body in hook.bodies]  # noqa: E731  one line, one use
    return Way(WebhookNotifier(), Receiver(hook.address, (NEW, OLD)), reached, Receiver("https://elsewhere.test/", (NEW,)))


@pytest.fixture
def by_email(mail: MailServer) -> Way:
    reached = lambda: [message_from_string(text)["Subject"].partition("] ")[2] for text in mail.messages]  # noqa: E731
    return Way(EmailNotifier(), Receiver("ops@hospital.test"), reached, Receiver("ops@nowhere.test"))


@pytest.fixture
def by_sns(amazon: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Way:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    settings.AWS_REGION, settings.AWS_ENDPOINT = "eu-central-1", amazon
    told = {"region_name": "eu-central-1", "endpoint_url": amazon}
    queue = boto3.client("sqs", **told).create_queue(QueueName="told")["QueueUrl"]
    topic = aws.client("sns").create_topic(Name="wardlight")["TopicArn"]
    aws.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:eu-central-1:123456789012:told")

    def reached() -> list[str]:
        answer = boto3.client("sqs", **told).receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        return [json.loads(json.loads(one["Body"])["Message"])["subject"] for one in answer.get("Messages", [])]

    return Way(SnsNotifier(), Receiver(topic), reached, Receiver(topic + "-not-there"))


# --- all ---------------------------------------------------------------------------------------------------------------------


def test_a_note_reaches_its_receiver(way: Way) -> None:
    way.notifier.send(NOTE, way.receiver)
    assert way.reached() == [NOTE.subject]


def test_a_receiver_that_can_never_take_it_is_a_refusal_for_good(way: Way) -> None:
    with pytest.raises(NotDeliveredError) as refused:
        way.notifier.send(NOTE, way.nowhere)
    assert refused.value.permanent


# --- the webhook -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("known", [NEW, OLD])
def test_a_receiver_that_knows_either_live_key_takes_the_note(known: str) -> None:
    with webhook(known) as receiver:
        WebhookNotifier().send(NOTE, Receiver(receiver.address, (NEW, OLD)))
    assert (receiver.ids, receiver.refused) == ([NOTE.id], 0)


def test_a_receiver_with_another_key_refuses(hook: Webhook) -> None:
    with pytest.raises(NotDeliveredError, match="401"):
        WebhookNotifier().send(NOTE, Receiver(hook.address, (OLD,)))
    assert hook.bodies == []


def test_the_signature_is_that_of_the_standards_example() -> None:
    """Published example of Standard Webhooks."""
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    headers = signed("msg_p5jXN8AQM9LWM0D4loKWxJek", body, (secret,), now=1614265330)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(("answer", "permanent"), [(302, True), (404, True), (429, False), (500, False), (503, False)])
def test_any_other_answer_is_a_refusal_and_no_redirect_is_followed(answer: int, permanent: bool) -> None:  # noqa: FBT001
    with webhook(NEW, answer=answer) as receiver, pytest.raises(NotDeliveredError, match=str(answer)) as refused:
        WebhookNotifier().send(NOTE, Receiver(receiver.address, (NEW,)))
    assert refused.value.permanent is permanent


def test_a_receiver_that_is_away_may_be_tried_again() -> None:
    with webhook(NEW) as receiver:
        pass
    with pytest.raises(NotDeliveredError) as refused:
        WebhookNotifier().send(NOTE, Receiver(receiver.address, (NEW,)))
    assert not refused.value.permanent


@pytest.mark.parametrize(
    "address",
    [
        "http://hooks.hospital.test/", "https://evil.test/", "https://hooks.hospital.test@evil.test/",
        "ftp://hooks.hospital.test/", "https://user:word@hooks.hospital.test/", "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/", "file:///etc/passwd",
        "https://2130706433/", "https://0177.0.0.1/", "https://hooks.hospital.test:99999/", "", "https:///path",
    ],
)  # fmt: skip
def test_an_address_that_is_not_listed_is_refused(address: str, settings: Settings) -> None:
    settings.WEBHOOK_HOSTS = ["hooks.hospital.test"]
    with pytest.raises(NotDeliveredError) as refused:
        allowed(address)
    assert refused.value.permanent


def test_loopback_counts_nowhere_in_production(settings: Settings) -> None:
    settings.LOOPBACK_WEBHOOKS = False
    with pytest.raises(NotDeliveredError):
        allowed("http://127.0.0.1:8000/hook")


def test_a_listed_name_that_leads_inside_is_refused(settings: Settings) -> None:
    settings.WEBHOOK_HOSTS = ["localhost"]
    with pytest.raises(NotDeliveredError) as refused:
        WebhookNotifier().send(NOTE, Receiver("https://localhost/hook", (NEW,)))
    assert refused.value.permanent


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.1", "::1", "fe80::1%eth0", "fd00:ec2::254",
     "::ffff:127.0.0.1", "::ffff:169.254.169.254", "2002:7f00:1::", "224.0.0.1", "100.64.0.1"],
)  # fmt: skip
def test_an_inner_address_is_not_public(address: str) -> None:
    assert not is_public(address)


def test_an_address_of_the_public_network_is() -> None:
    assert is_public("93.184.215.14")
    assert is_public("2606:2800:21f:cb07:6820:80da:af6b:8b2c")
