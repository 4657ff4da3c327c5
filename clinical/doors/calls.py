"""The log of calls: gathered in memory and written a few at a time, so that no call waits for it.

What a killed process had not written yet is lost; the audit log, which must lose nothing, is another one.
"""

from __future__ import annotations

import threading
import time
from collections import deque

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from clinical.models.ehr_call import KEEP, EhrCall

MOST_WAITING = 20_000
log = structlog.get_logger(__name__)
_waiting: deque[EhrCall] = deque(maxlen=MOST_WAITING)
_starting = threading.Lock()
_writer: threading.Thread | None = None


def note(call: EhrCall) -> None:
    """Remember one call; a thread of this process writes it soon."""
    _waiting.append(call)
    if settings.CALL_LOG_SECONDS and (_writer is None or not _writer.is_alive()):
        _start()


def flush() -> int:
    """Write what waits; how many there were."""
    rows = []
    while _waiting:
        rows.append(_waiting.popleft())
    try:
        EhrCall.objects.bulk_create(rows)
    except DatabaseError as error:
        log.warning("calls not logged", reason=type(error).__name__, count=len(rows))
        return 0
    return len(rows)


def purge() -> int:
    gone, _by_model = EhrCall.objects.filter(at__lt=timezone.now() - KEEP).delete()
    return gone


def _start() -> None:
    global _writer  # noqa: PLW0603  one writer a process; a fork has none and starts its own
    with _starting:
        if _writer is None or not _writer.is_alive():
            _writer = threading.Thread(target=_write_for_ever, name="call log", daemon=True)
            _writer.start()


def _write_for_ever() -> None:
    while True:
        time.sleep(settings.CALL_LOG_SECONDS)
        if _waiting:
            flush()
            connection.close()
