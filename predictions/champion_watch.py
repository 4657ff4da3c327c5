"""The thread that keeps a process's champion up to date, so that no request has to: woken by news, and by the clock.

It outlives Redis and PostgreSQL: whatever goes wrong is logged, and looked at again. Each look leaves a row that says what
this process holds and what it refused.
"""

from __future__ import annotations

import importlib
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from predictions.champion_news import News
from predictions.errors import PredictionError
from predictions.models import ServingProcess
from predictions.models.serving_process import KEEP

if TYPE_CHECKING:
    from predictions.champion import State

CHAMPION = "predictions.champion"
AFTER_TROUBLE_SECONDS = 1.0
LONGEST_REASON = 300
TOLD = ("role", "holds", "since", "refused", "refused_reason", "refused_at", "seen_at")
log = structlog.get_logger(__name__)


def start(*, role: str, loads_at_once: bool, on_first: Callable[[], object] | None = None) -> Watch:
    """Watch from now on. Whoever scores seldom loads its first champion when it is asked for a score, not at once."""
    if loads_at_once:
        importlib.import_module(CHAMPION)  # here, where nobody else imports what it brings along
    watch = Watch(role=role, loads_at_once=loads_at_once, on_first=on_first)
    watch.start()
    return watch


class Watch(threading.Thread):
    """One a process; ends with it, or when told."""

    def __init__(self, *, role: str, loads_at_once: bool, on_first: Callable[[], object] | None) -> None:
        super().__init__(name="champion watch", daemon=True)
        self.process = f"{socket.gethostname()[:80]}:{os.getpid()}:{int(time.time())}"
        self._role, self._loads_at_once, self._on_first = role, loads_at_once, on_first
        self._told_to_end = threading.Event()
        self._news = News()

    def run(self) -> None:
        while not self._told_to_end.is_set():
            self._news.listen()  # before the look: what is announced while we look is heard after it
            pause = float(settings.CHAMPION_POLL_SECONDS) if self._looked() else AFTER_TROUBLE_SECONDS
            self._news.wait(pause, unless=self._told_to_end)
        self._leave()

    def end(self) -> None:
        self._told_to_end.set()

    def _looked(self) -> bool:
        try:
            self._report(self._look())
        except (DatabaseError, InterfaceError) as error:
            log.warning("the champion's row cannot be read; what is held goes on", reason=type(error).__name__)
            connection.close()
            return False
        except Exception as error:  # a watch that ends would leave an old model in office for ever
            log.critical("the watch over the champion stumbled", reason=type(error).__name__, exc_info=True)
            return False
        return True

    def _look(self) -> State | None:
        """None for a process that has scored nobody yet, and is not to load a model before it does."""
        champion = sys.modules.get(CHAMPION)
        if champion is None:
            return None
        champion.watched(self.is_alive)
        if self._loads_at_once or champion.state().holds is not None:
            self._refresh(champion)
        state: State = champion.state()
        return state

    def _refresh(self, champion: ModuleType) -> None:
        try:
            champion.refresh()
        except PredictionError:
            return  # told by the row and by readiness
        if self._on_first is not None:
            self._on_first()
            self._on_first = None

    def _report(self, state: State | None) -> None:
        now = timezone.now()
        holds, refused = (state.holds, state.refused) if state else (None, None)
        row = ServingProcess(
            process=self.process,
            role=self._role,
            holds_id=holds.version_id if holds else None,
            since=holds.since if holds else None,
            refused_id=refused.version_id if refused else None,
            refused_reason=str(refused.error)[:LONGEST_REASON] if refused else "",
            refused_at=refused.at if refused else None,
            seen_at=now,
        )
        ServingProcess.objects.bulk_create([row], update_conflicts=True, unique_fields=["process"], update_fields=TOLD)
        ServingProcess.objects.filter(seen_at__lt=now - KEEP).delete()

    def _leave(self) -> None:
        self._news.close()
        try:
            ServingProcess.objects.filter(process=self.process).delete()
        except DatabaseError:
            log.info("left without a word; the row grows old by itself")
        finally:
            connection.close()
