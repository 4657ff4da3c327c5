"""Act on what arrives over the event queue, until told to end."""

from __future__ import annotations

import signal
import threading
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections

from mlops.errors import CloudError
from mlops.events.consuming import consume

log = structlog.get_logger(__name__)
LONGEST_PAUSE_SECONDS = 60.0


class Command(BaseCommand):
    """See the module."""

    help = "Start retraining for events that arrive over SQS: requests, alarms, new data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, without waiting for messages")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EVENTS_QUEUE:
            msg = "WARDLIGHT_EVENTS_QUEUE names no queue."
            raise CommandError(msg)
        if options["once"]:
            try:
                effects = consume(wait_seconds=0)
            except CloudError as error:
                raise CommandError(str(error)) from error
            self.stdout.write(", ".join(f"{count} {effect}" for effect, count in effects.items()) or "Nothing came.")
            return
        self._until_told()

    def _until_told(self) -> None:
        """The round that has begun is finished. A queue that is not reached is asked again, less and less often."""
        ended, pause = threading.Event(), 1.0
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
        while not ended.is_set():
            close_old_connections()
            try:
                consume()
                pause = 1.0
            except CloudError as error:
                log.warning("event queue not reached", reason=error.reason)
                ended.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
