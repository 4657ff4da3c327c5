"""Key sets at clients' own addresses, as each process last saw them: few, not for long, and not asked for without end.

Whoever can make us ask (anybody with a client id) can make us ask once in `ANEW_SECONDS` and no more. An address that does not
answer leaves what was seen before in force for `LONGEST_SECONDS`: an EHR's web server may be down while its staff are at work.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.conf import settings

from clinical.egress import AddressRefusedError, ask, target_at

MOST_BYTES, MOST_SETS, SECONDS = 65_536, 200, 5
FRESH_SECONDS, LONGEST_SECONDS, ANEW_SECONDS = 300, 3_600, 30
log = structlog.get_logger(__name__)


@dataclass
class _Seen:
    """What one address said, and when it was asked."""

    keys: dict[str, Any] = field(default_factory=dict)
    seen_at: float = float("-inf")
    asked_at: float = float("-inf")
    asking: threading.Lock = field(default_factory=threading.Lock)

    def refresh(self, address: str, *, older_than: float) -> dict[str, Any]:
        with self.asking:  # one asks; whoever comes meanwhile takes what it brings
            now = time.monotonic()
            if now - self.seen_at > older_than and now - self.asked_at > ANEW_SECONDS:
                self.asked_at = now
                found = _fetched(address)
                if found is not None:
                    self.keys, self.seen_at = found, now
            return self.keys if now - self.seen_at <= LONGEST_SECONDS else {}


_seen: OrderedDict[str, _Seen] = OrderedDict()
_looking = threading.Lock()


def held(address: str) -> dict[str, Any]:
    """What is known, asked for where it is not fresh."""
    return _of(address).refresh(address, older_than=FRESH_SECONDS)


def asked_anew(address: str) -> dict[str, Any]:
    """Because a key was named that is not among those known: it may be a new one."""
    return _of(address).refresh(address, older_than=0)


def forget() -> None:
    with _looking:
        _seen.clear()


def _of(address: str) -> _Seen:
    with _looking:
        found = _seen.setdefault(address, _Seen())
        _seen.move_to_end(address)
        while len(_seen) > MOST_SETS:
            _seen.popitem(last=False)
        return found


def _fetched(address: str) -> dict[str, Any] | None:
    headers = {"Accept": "application/json", "User-Agent": "Wardlight", "Connection": "close"}
    try:
        target = target_at(address, hosts=settings.JWKS_HOSTS)
        answer = ask(target, "GET", headers=headers, seconds=SECONDS, most_bytes=MOST_BYTES)
        found = json.loads(answer.content) if answer.status == http.client.OK and len(answer.content) <= MOST_BYTES else None
    except (AddressRefusedError, OSError, http.client.HTTPException, ValueError, RecursionError) as error:
        log.warning("keys not fetched", reason=type(error).__name__)
        return None
    if not isinstance(found, dict) or not isinstance(found.get("keys"), list):
        log.warning("keys not fetched", reason="not a key set", status=answer.status)
        return None
    return found
