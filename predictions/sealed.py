"""What a link carries without saying it: names searched for and places in a list travel encrypted in the address.

Addresses end up in histories, logs of proxies and Referer headers, so no part of one may name a patient.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

LONGEST_TOKEN_CHARACTERS = 1_000


def seal(value: Any) -> str:
    """A token that only this installation can read and nobody can alter."""
    return _cipher().encrypt(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")


def unseal(token: str) -> Any | None:
    """What was sealed, or None for anything that is not a token of ours."""
    if len(token) > LONGEST_TOKEN_CHARACTERS or not token.isascii():
        return None
    try:
        return json.loads(_cipher().decrypt((token + "=" * (-len(token) % 4)).encode()))
    except InvalidToken:
        return None


def _cipher() -> Fernet:
    # its own key, so that a token of this kind can never stand in for anything else signed with the secret key
    key = hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"wardlight links").digest()
    return Fernet(base64.urlsafe_b64encode(key))
