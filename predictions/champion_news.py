"""News of a new champion, from whoever promotes to whoever scores: a word by Redis, best effort, after the commit.

No process depends on it. Redis may be down or may have stopped answering without a word; then everybody finds out by
asking PostgreSQL every few seconds.
"""

from __future__ import annotations

import contextlib
import time
from threading import Event

import redis
import structlog
from django.conf import settings
from redis.client import PubSub

CHANNEL = "wardlight:champion"
ANSWER_SECONDS = 2
BREATH_SECONDS = 0.5  # how long a listener is deaf to being told to end
LONGEST_LINK_SECONDS = 60  # a link that died without a word hears nothing: a new one now and then costs less than to wonder
log = structlog.get_logger(__name__)


def announce() -> None:
    """Wake every process that scores."""
    try:
        with _redis() as link:
            link.publish(CHANNEL, "changed")
    except (redis.exceptions.RedisError, OSError) as error:
        log.warning("news of the champion not sent; processes will ask", reason=type(error).__name__)


class News:
    """One listener's ear. Never raises: without Redis it hears nothing."""

    def __init__(self) -> None:
        self._link: PubSub | None = None
        self._since = 0.0

    def listen(self) -> bool:
        """Have a link; what is announced from now on will be heard. False without Redis."""
        if self._link is not None and time.monotonic() - self._since > LONGEST_LINK_SECONDS:
            self.close()
        if self._link is None:
            try:
                link = PubSub(_redis().connection_pool, ignore_subscribe_messages=True)
                link.subscribe(CHANNEL)  # type: ignore[no-untyped-call]  # the client's own signature has no types
            except (redis.exceptions.RedisError, OSError):
                return False
            self._link, self._since = link, time.monotonic()
        return True

    def wait(self, seconds: float, *, unless: Event) -> bool:
        """Until something is announced, at most for `seconds`, and no longer once `unless` is set."""
        deadline = time.monotonic() + seconds
        try:
            if self._heard_before(deadline, unless):
                return True
        except (redis.exceptions.RedisError, OSError):
            self.close()
        unless.wait(max(0.0, deadline - time.monotonic()))
        return False

    def close(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            with contextlib.suppress(redis.exceptions.RedisError, OSError):
                link.close()

    def _heard_before(self, deadline: float, unless: Event) -> bool:
        """Several words at once are one: whoever hears them looks once."""
        heard = False
        while self._link is not None and not heard and not unless.is_set() and (left := deadline - time.monotonic()) > 0:
            heard = self._link.get_message(timeout=min(left, BREATH_SECONDS)) is not None
        while heard and self._link is not None and self._link.get_message(timeout=0) is not None:
            pass
        return heard


def _redis() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS, health_check_interval=10
    )
