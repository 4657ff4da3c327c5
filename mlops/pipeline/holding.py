"""Who is taking a run's step. A hold is renewed while its worker lives, and runs out soon after it was killed."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from mlops.models import RunState, TrainingRun

log = structlog.get_logger(__name__)
RENEWALS_IN_A_HOLD = 5


def take(run_id: int) -> TrainingRun | None:
    """The run, held by us; None where it is not due, or somebody else holds it. Compare-and-set: one of two goes on.

    Attempts are counted here and not where they fail, because a killed worker does not report.
    """
    now, holder = timezone.now(), f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:12]}"
    taken = (
        TrainingRun.objects.filter(pk=run_id)
        .to_continue(now)
        .update(
            held_by=holder,
            held_until=now + _length(),
            attempts=F("attempts") + 1,
            state=RunState.RUNNING,
            started_at=Coalesce("started_at", Value(now)),
        )
    )
    return TrainingRun.objects.get(pk=run_id, held_by=holder) if taken else None


@contextmanager
def held(run: TrainingRun) -> Iterator[None]:
    """Renew the hold for the length of the block, from a thread with a connection of its own."""
    ended = threading.Event()
    renewing = threading.Thread(target=_renew, args=(run.pk, run.held_by, ended), name=f"hold of run {run.pk}", daemon=True)
    renewing.start()
    try:
        yield
    finally:
        ended.set()
        renewing.join()


def _renew(run_id: int, holder: str, ended: threading.Event) -> None:
    try:
        while not ended.wait(_length().total_seconds() / RENEWALS_IN_A_HOLD):
            try:
                TrainingRun.objects.filter(pk=run_id, held_by=holder).update(held_until=timezone.now() + _length())
            except DatabaseError as error:
                # the hold may run out; then another worker takes the step, and what we find is not stored
                log.warning("hold not renewed", run_id=run_id, reason=type(error).__name__)
                connection.close()
    finally:
        connection.close()


def _length() -> timedelta:
    return timedelta(seconds=settings.RUN_HOLD_SECONDS)
