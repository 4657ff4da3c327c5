"""A client's public keys: written down when it was registered, or fetched from its own address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jwt

from clinical.models import EhrClient

MOST_KEYS = 20


def keys_of(client: EhrClient, key_id: str) -> Iterator[Any]:
    """Those that may have signed: of the named id, or all where none is named."""
    for key in keys_in(client.jwks):
        if not key_id or key.key_id == key_id:
            yield key.key


def keys_in(jwks: object) -> list[jwt.PyJWK]:
    """The usable public keys of a JWK Set; what is no key, is private, or is symmetric, is left out."""
    listed = jwks.get("keys") if isinstance(jwks, dict) else None
    found = []
    for one in listed[:MOST_KEYS] if isinstance(listed, list) else []:
        if not isinstance(one, dict) or one.get("kty") not in {"RSA", "EC"} or "d" in one:
            continue
        try:
            found.append(jwt.PyJWK.from_dict(one, algorithm="RS384" if one["kty"] == "RSA" else "ES384"))
        except (jwt.PyJWTError, ValueError, KeyError, TypeError):
            continue
    return found
