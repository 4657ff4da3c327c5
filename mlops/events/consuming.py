"""Taking messages from the queue. A message is deleted when its effect is committed, and not before.

What cannot be understood is left where it is: the queue hands it out again, and after its fifth time puts it aside for
people to look at. Only its id and the reason's code are logged, because a body could hold anything.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError

from mlops import aws
from mlops.errors import OperationError
from mlops.events.acting import Effect, act
from mlops.events.shapes import RefusedEventError, asked_by

log = structlog.get_logger(__name__)
WAIT_SECONDS = 10  # below the time that the client waits for an answer
MESSAGES_AT_ONCE = 10
# a run in flight takes minutes: looked at again before, the message would be put aside while it is still wanted
BUSY_SECONDS = 900
REFUSED, FAILED = "refused", "failed"


def consume(*, wait_seconds: int = WAIT_SECONDS) -> Counter[str]:
    """One round: what came, counted by what became of it. CloudError where the queue is not reached."""
    return Counter(_one(message) for message in _received(wait_seconds))


def _one(message: dict[str, Any]) -> str:
    told = {"message_id": str(message.get("MessageId", ""))[:100]}
    try:
        effect = act(asked_by(message["Body"], data=settings.EVENTS_DATA))
    except RefusedEventError as refused:
        log.warning("event refused", reason=refused.code, receives=_receives(message), **told)
        return REFUSED
    except (OperationError, DatabaseError) as error:
        log.warning("event not acted on; it comes again", reason=type(error).__name__, **told)
        return FAILED
    if effect is Effect.BUSY:
        _later(message)
    else:
        _delete(message)
    log.info("event", effect=str(effect), **told)
    return str(effect)


def _received(wait_seconds: int) -> list[dict[str, Any]]:
    with aws.refusals("Asking the event queue"):
        answer = aws.client("sqs").receive_message(
            QueueUrl=settings.EVENTS_QUEUE, MaxNumberOfMessages=MESSAGES_AT_ONCE, WaitTimeSeconds=wait_seconds,
            MessageSystemAttributeNames=["ApproximateReceiveCount"],
        )  # fmt: skip
    return list(answer.get("Messages", ()))


def _delete(message: dict[str, Any]) -> None:
    """Where this fails, the message comes again and is a duplicate."""
    with aws.refusals("Deleting an event"):
        aws.client("sqs").delete_message(QueueUrl=settings.EVENTS_QUEUE, ReceiptHandle=message["ReceiptHandle"])


def _later(message: dict[str, Any]) -> None:
    with aws.refusals("Putting an event off"):
        aws.client("sqs").change_message_visibility(
            QueueUrl=settings.EVENTS_QUEUE, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=BUSY_SECONDS
        )


def _receives(message: dict[str, Any]) -> int:
    return int(message.get("Attributes", {}).get("ApproximateReceiveCount", 0))
