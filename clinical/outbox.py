"""The outbox: a message is written in the transaction of what it tells of, and delivered until that has worked.

The broker only carries a hint that something waits; PostgreSQL decides what is still to be done. So a dead Redis, a killed
worker or an emptied queue delays a message and loses none. A handler may be called twice for the same message.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from clinical.models import Message

log = structlog.get_logger(__name__)

Handler = Callable[[Message], None]
MOST_ATTEMPTS = 12
LONGEST_PAUSE = timedelta(minutes=10)
# longer than any handler takes; who was killed while holding a message keeps it from others for so long
HOLD = timedelta(seconds=60)
_HANDLERS: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register what delivers messages of this kind; imported by the package's `tasks`, so that every worker knows it."""

    def register(handler: Handler) -> Handler:
        _HANDLERS[kind] = handler
        return handler

    return register


def put(
    *,
    kind: str,
    subject: str = "",
    detail: dict[str, Any] | None = None,
    key: str | None = None,
    due_at: datetime | None = None,
) -> bool:
    """Leave a message with the transaction around it. False where one with this key was left before: nothing is repeated."""
    if not connection.in_atomic_block:
        problem = "a message outside a transaction could tell of what never happened"
        raise RuntimeError(problem)
    message = Message(kind=kind, subject=subject, detail=detail or {}, key=key, due_at=due_at or timezone.now())
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:  # the key is taken, also where somebody else took it a moment ago
        return False
    transaction.on_commit(_hint)
    return True


def deliver_due(*, most: int = 100) -> int:
    """Deliver what is due, each message by itself; returns how many were."""
    ids = list(Message.objects.due().order_by("due_at").values_list("pk", flat=True)[:most])
    return sum(deliver(message_id) for message_id in ids)


def deliver(message_id: int) -> bool:
    """Deliver one message unless somebody else holds it. Compare-and-set: one of two workers goes on."""
    now = timezone.now()
    taken = Message.objects.filter(pk=message_id).due(now).update(held_until=now + HOLD, attempts=F("attempts") + 1)
    if not taken:
        return False
    message = Message.objects.get(pk=message_id)
    try:
        _HANDLERS[message.kind](message)
    except Exception as error:  # noqa: BLE001  whatever went wrong, the message is kept and tried again
        _put_off(message, error)
        return False
    Message.objects.filter(pk=message_id).update(done_at=timezone.now(), held_until=None, last_error="")
    return True


def _put_off(message: Message, error: Exception) -> None:
    """Each pause is twice the one before. The last refusal is an alarm: nobody will try again."""
    reason = f"{type(error).__name__}: {error}"[:200]
    changes: dict[str, Any] = {"held_until": None, "last_error": reason}
    if message.attempts >= MOST_ATTEMPTS:
        changes["dead_at"] = timezone.now()
        log.critical("message given up", kind=message.kind, message_id=message.pk, reason=type(error).__name__)
    else:
        pause = min(timedelta(seconds=2**message.attempts), LONGEST_PAUSE)
        changes["due_at"] = timezone.now() + pause
        log.warning("message put off", kind=message.kind, message_id=message.pk, reason=type(error).__name__)
    Message.objects.filter(pk=message.pk).update(**changes)


def hint(send: Callable[[], object]) -> None:
    """Tell the workers that there is something to do; where the broker is down, the schedule finds it."""
    try:
        send()
    except (KombuError, RedisError, OSError) as error:
        log.warning("broker not reached; the schedule goes on", reason=type(error).__name__)


def _hint() -> None:
    from clinical.tasks import deliver_messages  # noqa: PLC0415  tasks stand above the verbs

    hint(partial(deliver_messages.apply_async, retry=False))
