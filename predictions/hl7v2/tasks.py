"""Celery's door to HL7 v2 messages: going on with those that failed, and forgetting those that are old."""

from __future__ import annotations

import structlog
from celery import shared_task

log = structlog.get_logger(__name__)


@shared_task
def continue_messages() -> None:
    """What failed here, or was left by a process that died, for a day; after that it is for whoever runs `replay_hl7`."""
    from predictions.hl7v2.replaying import replay_lately  # noqa: PLC0415  who queues a task need not know how

    for message, code in replay_lately():
        log.info("a message was worked on again", message_id=message, code=code)


@shared_task
def forget_messages() -> None:
    """What came over the line is deleted when it is old enough."""
    from predictions.hl7v2.replaying import forget_old  # noqa: PLC0415  see above

    log.info("forgot messages", count=forget_old())
