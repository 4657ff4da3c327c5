"""The same call again, by its Idempotency-Key, has one effect and one reply, for a day.

The key is claimed in PostgreSQL before anything else happens, so of fifty at once one is carried out. A claim ends
after a while: whoever is killed in between leaves a call that can be made again, and the verbs behind bear being called twice.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.exceptions import APIException, ParseError

from clinical import rows
from clinical.models import EhrClient
from clinical.models.kept_reply import KEEP, KeptReply

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
HELD_FOR = timedelta(seconds=60)
KEPT_HEADERS = ("Content-Type", "ETag", "Location")
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT_STATUS = range(200, 300)
_LONGEST_DOOR = 80


class KeyInUseError(APIException):
    """A call with this key is being answered: try again in a moment."""

    status_code, default_code, wait = 409, "key_in_use", 1
    default_detail = __doc__


class KeyOfAnotherCallError(APIException):
    """This key was used for another body: a new call needs a new key."""

    status_code, default_code = 422, "key_of_another_call"
    default_detail = __doc__


class ReachLostError(APIException):
    """The reply to this call tells of a ward that the client no longer reaches."""

    status_code, default_code = 403, "insufficient_scope"
    default_detail = __doc__


@dataclass(frozen=True)
class Call:
    """Who asks, for what, and where: with another body, query or version asked for, it is another call."""

    client: EhrClient
    door: str
    key: str
    asked: bytes
    unit_ids: frozenset[int]

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key):
            msg = "The Idempotency-Key must have 1 to 255 printable characters and no space."
            raise ParseError(msg, code="key_refused")

    @property
    def place(self) -> dict[str, Any]:
        """Where its reply is kept."""
        return {"client": self.client, "door": _short(self.door), "key_sha256": _digest(self.key.encode())}


@dataclass(frozen=True)
class Claim:
    """What whoever carries the call out holds."""

    row_id: int
    held_until: datetime
    unit_ids: frozenset[int]

    def settle(self, answer: HttpResponse) -> None:
        """Keep a success; whatever else came, the call may be made again."""
        if answer.status_code in _KEPT_STATUS:
            sealed = _sealed(answer, self.unit_ids)
            with rows.prepared() as cursor:
                cursor.execute(_KEEP_REPLY, [answer.status_code, sealed, self.row_id, self.held_until])
        else:
            KeptReply.objects.filter(pk=self.row_id, held_until=self.held_until).delete()


def claim(call: Call) -> Claim | HttpResponse:
    """The right to carry the call out, or the reply that it was given before."""
    now, place = timezone.now(), call.place
    values = [call.client.pk, place["door"], place["key_sha256"], _digest(call.asked), now, now + HELD_FOR]
    with rows.prepared() as cursor:
        cursor.execute(_CLAIM, [*values, now - KEEP, now])
        found = cursor.fetchone()
    if found is not None:
        return Claim(found[0], now + HELD_FOR, call.unit_ids)
    return _kept(call)


def _kept(call: Call) -> HttpResponse:
    reply = KeptReply.objects.filter(**call.place).first()
    if reply is None:
        raise KeyInUseError  # given up between the two looks
    if reply.body_sha256 != _digest(call.asked):
        raise KeyOfAnotherCallError
    if reply.status is None or reply.sealed is None:
        raise KeyInUseError
    return _opened(reply.status, bytes(reply.sealed), call.unit_ids)


def purge(now: datetime | None = None) -> int:
    """Forget what is older than a day."""
    gone, _by_model = KeptReply.objects.filter(begun_at__lt=(now or timezone.now()) - KEEP).delete()
    return gone


def _sealed(answer: HttpResponse, unit_ids: frozenset[int]) -> bytes:
    headers = {name: answer[name] for name in KEPT_HEADERS if name in answer}
    return _cipher().encrypt(json.dumps([headers, sorted(unit_ids)]).encode() + b"\n" + answer.content)


def _opened(status: int, sealed: bytes, unit_ids: frozenset[int]) -> HttpResponse:
    try:
        told, _line, body = _cipher().decrypt(sealed).partition(b"\n")
    except InvalidToken:  # the secret was changed meanwhile; the call cannot be answered, and must not be made twice
        raise KeyInUseError from None
    headers, reached = json.loads(told)
    if not unit_ids.issuperset(reached):
        raise ReachLostError
    return HttpResponse(body, status=status, headers={**headers, REPLAYED: "true"})


def _cipher() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"kept replies:" + settings.SECRET_KEY.encode()).digest()))


def _short(door: str) -> str:
    """As it is, or with a digest for an end: two long addresses that begin alike are two doors."""
    return door if len(door) <= _LONGEST_DOOR else f"{door[:15]} {_digest(door.encode())}"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# Neither waits for the disk. What the call does is committed after its claim, and whatever brings that to the disk brings the
# claim with it. A reply that a crash of the server takes leaves a claim, which ends like that of a killed process.
_QUICK = "WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS mode)"
# taken over where the day is past, or where whoever held it is gone; another body never takes a key over
_CLAIM = f"""{_QUICK}
INSERT INTO clinical_keptreply AS kept (client_id, door, key_sha256, body_sha256, begun_at, held_until)
SELECT %s, %s, %s, %s, %s, %s FROM quick WHERE mode = 'off'
ON CONFLICT (client_id, door, key_sha256) DO UPDATE
SET body_sha256 = excluded.body_sha256, begun_at = excluded.begun_at, held_until = excluded.held_until, status = NULL,
    sealed = NULL
WHERE kept.begun_at < %s OR (kept.status IS NULL AND kept.held_until < %s AND kept.body_sha256 = excluded.body_sha256)
RETURNING id
"""  # noqa: S608  put together of our own words
_KEEP_REPLY = f"""{_QUICK}
UPDATE clinical_keptreply SET status = %s, sealed = %s FROM quick WHERE mode = 'off' AND id = %s AND held_until = %s
"""  # noqa: S608  as above
