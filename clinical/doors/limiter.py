"""How often a client may call: counted atomically in Redis, for each client and the wards that its call reaches.

Where Redis is away each process counts by itself, with the same limit: an outage opens no flood gate and shuts no door. A
Redis that has stopped answering costs one wait, and is then left alone for a while.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import redis
import structlog
from django.conf import settings
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter
from rest_framework.exceptions import Throttled

from clinical.models import CareUnit, EhrClient

ANSWER_SECONDS = 0.25
LEFT_ALONE_SECONDS = 15.0
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Standing:
    """How many calls are left in this minute, and when it ends."""

    limit: int
    left: int
    reset_seconds: float


def count(client: EhrClient, units: Iterable[CareUnit]) -> Standing:
    """Count one call. Throttled where there are too many, with the seconds until there is room again."""
    wards = ".".join(str(unit.pk) for unit in units)
    return _limiter().count(f"{client.public_id}:{wards}")


class _Limiter:
    def __init__(self, *, url: str, per_minute: int) -> None:
        options: dict[str, Any] = {"socket_timeout": ANSWER_SECONDS, "socket_connect_timeout": ANSWER_SECONDS}
        self._shared = FixedWindowRateLimiter(RedisStorage(url, wrap_exceptions=False, **options))
        self._own = FixedWindowRateLimiter(MemoryStorage())
        self._item = RateLimitItemPerMinute(per_minute, namespace="calls")
        self._again_at = 0.0
        self._lock = threading.Lock()

    def count(self, who: str) -> Standing:
        if self._may_ask():
            try:
                used = self._used(self._shared, who)
                self._again_at = 0.0
                return self._standing(self._shared, who, used)
            except (redis.exceptions.RedisError, OSError) as error:
                self._leave_alone(error)
        return self._standing(self._own, who, self._used(self._own, who))

    def _may_ask(self) -> bool:
        """Where Redis did not answer, one call at a time finds out whether it is back; no other waits for that."""
        with self._lock:
            now = time.monotonic()
            if now < self._again_at:
                return False
            if self._again_at:
                self._again_at = now + LEFT_ALONE_SECONDS
            return True

    def _used(self, limiter: FixedWindowRateLimiter, who: str) -> int:
        """One round: the storage counts and tells in the same step."""
        return limiter.storage.incr(self._item.key_for(who), self._item.get_expiry())

    def _standing(self, limiter: FixedWindowRateLimiter, who: str, used: int) -> Standing:
        left = self._item.amount - used
        if left < 0:
            raise Throttled(wait=max(1.0, limiter.get_window_stats(self._item, who).reset_time - time.time()))
        return Standing(self._item.amount, left, self._item.get_expiry())

    def _leave_alone(self, error: Exception) -> None:
        with self._lock:
            if not self._again_at:
                log.warning("calls are counted by each process: Redis does not answer", reason=type(error).__name__)
            self._again_at = time.monotonic() + LEFT_ALONE_SECONDS


@cache
def _limiter() -> _Limiter:
    return _Limiter(url=settings.REDIS_URL, per_minute=settings.CALLS_PER_MINUTE)
