"""Events over a real queue of moto's server."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from mlops import aws
from mlops.events.consuming import BUSY_SECONDS, consume
from mlops.events.shapes import LARGEST_CHARACTERS, Nothing, RefusedEventError, Retrain, asked_by
from mlops.models import RunState, RunTrigger, TrainingRun

DATA = "s3://hospital-data/nightly"
NOW = datetime.now(UTC)


def at(moment: datetime = NOW) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def bridged(kind: str, source: str, detail: object, *, number: int = 1, moment: datetime = NOW) -> str:
    event = {
        "version": "0", "id": f"6a7e8feb-b491-4cf7-a9f1-bf370346{number:04}", "detail-type": kind, "source": source,
        "account": "123456789012", "time": at(moment), "region": "eu-west-1", "resources": [], "detail": detail,
    }  # fmt: skip
    return json.dumps(event)


def request(reason: str = "New laboratory codes.", *, number: int = 1, moment: datetime = NOW) -> str:
    return bridged("Wardlight retrain requested", "wardlight", {"reason": reason}, number=number, moment=moment)


def alarm_by_bridge(state: str = "ALARM") -> str:
    changed = {"value": state, "timestamp": NOW.strftime("%Y-%m-%dT%H:%M:%S.000+0000")}
    detail = {"alarmName": "wardlight-drift", "state": changed}
    return bridged("CloudWatch Alarm State Change", "aws.cloudwatch", detail)


def alarm_by_sns(state: str = "ALARM") -> str:
    alarm = {
        "AlarmName": "wardlight-drift", "AWSAccountId": "123456789012", "NewStateValue": state, "OldStateValue": "OK",
        "StateChangeTime": NOW.strftime("%Y-%m-%dT%H:%M:%S.000+0000"), "Region": "EU (Ireland)",
    }  # fmt: skip
    return json.dumps({"Type": "Notification", "MessageId": "m-1", "TopicArn": "arn:aws:sns:x", "Message": json.dumps(alarm)})


def created(key: str = "nightly/stays+of+today.parquet", sequencer: str = "0055AED6DCD90281E5") -> str:
    record = {
        "eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "eventTime": at(),
        "s3": {"bucket": {"name": "hospital-data"}, "object": {"key": key, "sequencer": sequencer}},
    }  # fmt: skip
    return json.dumps({"Records": [record]})


def created_by_bridge() -> str:
    detail = {
        "bucket": {"name": "hospital-data"},
        "object": {"key": "nightly/stays of today.parquet", "sequencer": "0055AED6DCD90281E5"},
    }
    return bridged("Object Created", "aws.s3", detail)


@pytest.fixture
def queue(cloud: str, settings: Settings) -> str:
    """With a queue beside it for what was received five times."""
    sqs = aws.client("sqs")
    aside = sqs.create_queue(QueueName="events-dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=aside, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})
    attributes = {"VisibilityTimeout": "0", "RedrivePolicy": policy}
    settings.EVENTS_QUEUE = sqs.create_queue(QueueName="events", Attributes=attributes)["QueueUrl"]
    settings.EVENTS_DATA = DATA
    return aside


def send(*bodies: str, settings: Settings) -> None:
    for body in bodies:
        aws.client("sqs").send_message(QueueUrl=settings.EVENTS_QUEUE, MessageBody=body)


def waiting(address: str) -> int:
    told = aws.client("sqs").get_queue_attributes(QueueUrl=address, AttributeNames=["All"])["Attributes"]
    return int(told["ApproximateNumberOfMessages"]) + int(told["ApproximateNumberOfMessagesNotVisible"])


def rounds(count: int) -> Counter[str]:
    return sum((consume(wait_seconds=0) for _ in range(count)), Counter())


@pytest.mark.django_db
def test_an_event_told_three_times_starts_one_run(queue: str, settings: Settings) -> None:
    send(request(), request(), request(), settings=settings)
    assert rounds(3) == {"started": 1, "duplicate": 2}
    run = TrainingRun.objects.get()
    assert (run.trigger, run.reason) == (RunTrigger.EVENT, "New laboratory codes.")
    assert waiting(settings.EVENTS_QUEUE) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("ways", [(alarm_by_bridge(), alarm_by_sns()), (created(), created_by_bridge())])
def test_the_same_event_by_two_ways_starts_one_run(queue: str, settings: Settings, ways: tuple[str, str]) -> None:
    send(*ways, settings=settings)
    assert rounds(2) == {"started": 1, "duplicate": 1}


@pytest.mark.django_db
def test_an_event_that_comes_late_does_not_start_what_was_begun_since(queue: str, settings: Settings) -> None:
    send(request(number=2), settings=settings)
    assert rounds(1) == {"started": 1}
    send(request(number=1, moment=NOW - timedelta(hours=3)), settings=settings)
    assert rounds(1) == {"overtaken": 1}
    assert TrainingRun.objects.count() == 1
    assert waiting(settings.EVENTS_QUEUE) == 0


@pytest.mark.django_db
def test_while_a_run_is_in_flight_the_event_waits_in_the_queue(queue: str, settings: Settings) -> None:
    TrainingRun.objects.create(
        model_name="readmission-30d", trigger=RunTrigger.BUTTON, created_at=NOW - timedelta(hours=1), state=RunState.RUNNING
    )
    send(request(), settings=settings)
    assert rounds(2) == {"busy": 1}  # the second round does not see it: it was put off
    assert waiting(settings.EVENTS_QUEUE) == 1
    assert BUSY_SECONDS > 600


@pytest.mark.django_db
def test_what_nobody_understands_is_put_aside_and_holds_nobody_up(queue: str, settings: Settings) -> None:
    send("not an event", settings=settings)
    send(request(), settings=settings)
    told = rounds(7)
    assert told["refused"] == 5
    assert told["started"] == 1
    assert (waiting(settings.EVENTS_QUEUE), waiting(queue)) == (0, 1)


@pytest.mark.django_db
def test_a_training_job_that_ended_makes_its_run_due(queue: str, settings: Settings) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    run = TrainingRun.objects.create(model_name="readmission-30d", trigger=RunTrigger.BUTTON, due_at=later)
    detail = {"TrainingJobName": f"wardlight-{run.public_id}-1", "TrainingJobStatus": "Completed"}
    send(bridged("SageMaker Training Job State Change", "aws.sagemaker", detail), settings=settings)
    assert rounds(1) == {"hinted": 1}
    run.refresh_from_db()
    assert run.due_at < later


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "hospital-data"}),
        alarm_by_bridge("OK"), alarm_by_sns("INSUFFICIENT_DATA"), created("elsewhere/file"), created("nightlyish/file"),
    ],
)  # fmt: skip
def test_what_asks_for_nothing_is_taken_and_forgotten(body: str) -> None:
    assert isinstance(asked_by(body, data=DATA), Nothing)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", "not_json"), ("[]", "not_an_object"), ("{}", "unknown_shape"), ("[" * 60_000, "not_json"),
        (" " * (LARGEST_CHARACTERS + 1), "too_large"),
        (bridged("Wardlight retrain requested", "somebody", {"reason": "x"}), "unknown_kind"),
        (bridged("EC2 Instance State-change Notification", "aws.ec2", {}), "unknown_kind"),
        (bridged("Wardlight retrain requested", "wardlight", {"reason": "x", "more": 1}), "schema"),
        (bridged("Wardlight retrain requested", "wardlight", {"reason": "x" * 201}), "schema"),
        (bridged("Wardlight retrain requested", "wardlight", "text"), "schema"),
        (request(moment=NOW + timedelta(days=1)), "from_the_future"),
    ],
)  # fmt: skip
def test_what_is_no_event_of_ours_is_refused_by_a_code(body: str, code: str) -> None:
    with pytest.raises(RefusedEventError) as refused:
        asked_by(body, data=DATA)
    assert refused.value.code == code


def test_new_objects_count_only_where_a_data_bucket_is_named() -> None:
    with pytest.raises(RefusedEventError, match="no_data_bucket"):
        asked_by(created(), data=None)


def test_the_name_of_an_object_is_never_repeated() -> None:
    asked: Any = asked_by(created("nightly/Jane+Doe.csv"), data=DATA)
    assert isinstance(asked, Retrain)
    assert "Jane" not in asked.key + asked.reason
