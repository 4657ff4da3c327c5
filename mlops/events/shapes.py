"""What an event can look like, and what it asks for. Whatever is not one of these is refused by a code.

Accepted: EventBridge's events, alarms of CloudWatch by SNS or EventBridge, and notifications of S3, direct or by
EventBridge. The same alarm, or the same new object, has the same key whichever way it came, and however often.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

LARGEST_CHARACTERS = 64 * 1024
LARGEST_LEAD = timedelta(minutes=10)  # how far a sender's clock may run ahead
RETRAIN, OBJECT_CREATED = "Wardlight retrain requested", "Object Created"
ALARM, TRAINING_JOB = "CloudWatch Alarm State Change", "SageMaker Training Job State Change"
_SOURCES = {RETRAIN: "wardlight", OBJECT_CREATED: "aws.s3", ALARM: "aws.cloudwatch", TRAINING_JOB: "aws.sagemaker"}
_IN_ALARM = "ALARM"
_MOST_RECORDS = 50


class Why(StrEnum):
    """Why a message is refused: the only thing that is told of it."""

    FROM_THE_FUTURE = "from_the_future"
    NO_DATA_BUCKET = "no_data_bucket"
    NOT_AN_OBJECT = "not_an_object"
    NOT_JSON = "not_json"
    SCHEMA = "schema"
    TOO_LARGE = "too_large"
    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_SHAPE = "unknown_shape"


class RefusedEventError(ValueError):
    """Not an event that is acted on; `code` says why, and nothing of the body."""

    def __init__(self, code: Why) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Retrain:
    """A training run is asked for, once for each key."""

    key: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class LookAt:
    """The state of a training job has changed: its run may be worth looking at now."""

    job: str


@dataclass(frozen=True)
class Nothing:
    """A known event that asks for nothing."""

    why: str


Asked = Retrain | LookAt | Nothing


def asked_by(body: str, *, data: str | None) -> Asked:
    """What the body of a message asks for; new objects count under the address `data` alone."""
    if len(body) > LARGEST_CHARACTERS:
        raise RefusedEventError(Why.TOO_LARGE)
    told = _object(body)
    if told.get("Type") == "Notification" and isinstance(told.get("Message"), str):  # SNS puts the event into a text
        told = _object(told["Message"])
    try:
        return _asked(told, data)
    except ValidationError as refused:
        raise RefusedEventError(Why.SCHEMA) from refused


def _asked(told: dict[str, Any], data: str | None) -> Asked:
    if "detail-type" in told:
        return _bridged(_Bridged.model_validate(told), data)
    if "AlarmName" in told:
        alarm = _Alarm.model_validate(told)
        return _alarmed(alarm.name, alarm.state, alarm.at)
    if told.get("Event") == "s3:TestEvent":
        return Nothing("test_event")
    if "Records" in told:
        records = _Records.model_validate(told).records
        return _first_of([_created(unquote_plus(one.key), one.bucket, one.sequencer, one.at, data) for one in records])
    raise RefusedEventError(Why.UNKNOWN_SHAPE)


def _bridged(event: _Bridged, data: str | None) -> Asked:
    if _SOURCES.get(event.kind) != event.source:
        raise RefusedEventError(Why.UNKNOWN_KIND)
    if event.kind == RETRAIN:
        return Retrain(f"event:{event.id}", _Request.model_validate(event.detail).reason, _past(event.time))
    if event.kind == ALARM:
        detail = _AlarmDetail.model_validate(event.detail)
        return _alarmed(detail.name, detail.state.value, detail.state.at)
    if event.kind == TRAINING_JOB:
        return LookAt(_JobDetail.model_validate(event.detail).name)
    new = _ObjectDetail.model_validate(event.detail)
    return _created(new.object.key, new.bucket.name, new.object.sequencer, event.time, data)


def _alarmed(name: str, state: str, at: datetime) -> Asked:
    if state != _IN_ALARM:
        return Nothing("no_alarm")
    moment = _past(at).isoformat(timespec="seconds")
    return Retrain(f"event:alarm-{_short(name, moment)}", f"Alarm {name}.", at)


def _created(key: str, bucket: str, sequencer: str, at: datetime, data: str | None) -> Asked:
    """The object's name stays out of the reason: it could name a patient."""
    if data is None:
        raise RefusedEventError(Why.NO_DATA_BUCKET)
    place = urlsplit(data)
    folder = place.path.strip("/")
    if bucket != place.netloc or not key.startswith(f"{folder}/" if folder else ""):
        return Nothing("another_place")
    return Retrain(f"event:object-{_short(bucket, key, sequencer)}", "New data have arrived.", _past(at))


def _first_of(asked: list[Asked]) -> Asked:
    return next((one for one in asked if isinstance(one, Retrain)), asked[0])


def _past(at: datetime) -> datetime:
    """An event from the future would overtake whatever is started before then."""
    if at > datetime.now(UTC) + LARGEST_LEAD:
        raise RefusedEventError(Why.FROM_THE_FUTURE)
    return at.astimezone(UTC)


def _object(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RefusedEventError(Why.NOT_JSON) from error
    if not isinstance(told, dict):
        raise RefusedEventError(Why.NOT_AN_OBJECT)
    return told


def _short(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]


# --- the parts of each shape that are read ------------------------------------------------------------------------------------


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class _Bridged(_Shape):
    id: str = Field(pattern=r"^[\w-]{8,64}$")
    kind: str = Field(alias="detail-type", max_length=100)
    source: str = Field(max_length=100)
    time: datetime
    detail: dict[str, Any]


class _Request(_Shape):
    model_config = ConfigDict(extra="forbid")
    reason: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")


class _State(_Shape):
    value: str = Field(max_length=32)
    at: datetime = Field(alias="timestamp")


class _AlarmDetail(_Shape):
    name: str = Field(alias="alarmName", min_length=1, max_length=255, pattern=r"^[^\x00-\x1f]+$")
    state: _State


class _Alarm(_Shape):
    name: str = Field(alias="AlarmName", min_length=1, max_length=255, pattern=r"^[^\x00-\x1f]+$")
    state: str = Field(alias="NewStateValue", max_length=32)
    at: datetime = Field(alias="StateChangeTime")


class _JobDetail(_Shape):
    name: str = Field(alias="TrainingJobName", pattern=r"^[A-Za-z0-9-]{1,63}$")


class _Bucket(_Shape):
    name: str = Field(min_length=3, max_length=63)


class _Object(_Shape):
    key: str = Field(min_length=1, max_length=3072)
    sequencer: str = Field(pattern=r"^[0-9A-Fa-f]{1,64}$")


class _ObjectDetail(_Shape):
    bucket: _Bucket
    object: _Object


class _S3(_Shape):
    bucket: _Bucket
    object: _Object


class _Record(_Shape):
    source: str = Field(alias="eventSource", pattern=r"^aws:s3$")
    kind: str = Field(alias="eventName", pattern=r"^ObjectCreated:")
    at: datetime = Field(alias="eventTime")
    s3: _S3

    @property
    def key(self) -> str:
        return self.s3.object.key

    @property
    def bucket(self) -> str:
        return self.s3.bucket.name

    @property
    def sequencer(self) -> str:
        return self.s3.object.sequencer


class _Records(_Shape):
    records: list[_Record] = Field(alias="Records", min_length=1, max_length=_MOST_RECORDS)


JOB_OF_A_RUN = re.compile(r"^wardlight-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-\d+$")
