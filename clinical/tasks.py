"""Celery's door to the clinical package."""

from __future__ import annotations

import structlog
from celery import shared_task

from clinical import audit, outbox

log = structlog.get_logger(__name__)


@shared_task
def verify_audit_chain() -> None:
    """Walk the audit chain; a break is the loudest line this system can log."""
    report = audit.verify()
    if report.intact:
        log.info("audit chain intact", rows=report.rows)
    else:
        log.critical("audit chain broken", position=report.broken_at)


@shared_task
def deliver_messages() -> None:
    """What waits in the outbox; hinted at by whoever leaves a message, and by the schedule."""
    outbox.deliver_due()


@shared_task
def forget_old_calls() -> None:
    """Replies after a day, the list of calls after a month."""
    from clinical.doors import calls, idempotency  # noqa: PLC0415  the queue need not know the doors

    log.info("old replies forgotten", count=idempotency.purge())
    log.info("old calls forgotten", count=calls.purge())
