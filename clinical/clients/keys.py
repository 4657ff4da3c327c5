"""A client's public keys: written down when it was registered, or fetched from the address that was registered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from clinical.clients import key_sets
from clinical.models import EhrClient

MOST_KEYS = 20
FEWEST_BITS, MOST_BITS = 2_048, 8_192
_KIND_OF = {"RS384": "RSA", "ES384": "EC"}


def keys_of(client: EhrClient, *, algorithm: str, key_id: str) -> Iterator[Any]:
    """Those that may have signed so: of the named id, or all where none is named. An unknown id asks the address anew."""
    yield from _fitting(client.jwks, algorithm, key_id)
    if client.jwks_url:
        held = key_sets.held(client.jwks_url)
        fitting = list(_fitting(held, algorithm, key_id))
        yield from fitting or _fitting(key_sets.asked_anew(client.jwks_url), algorithm, key_id)


def keys_in(jwks: object) -> list[jwt.PyJWK]:
    """The usable public keys of a JWK Set; what is no key, is private, symmetric, weak or of another curve, is left out."""
    listed = jwks.get("keys") if isinstance(jwks, dict) else None
    found = (_key(one) for one in (listed[:MOST_KEYS] if isinstance(listed, list) else []))
    return [key for key in found if key is not None]


def key_set_from(text: str) -> dict[str, Any] | None:
    """What an administrator pasted, if it holds at least one usable key and nothing that should be secret."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    listed = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(listed, list) or any(not isinstance(one, dict) or {"d", "k"} & set(one) for one in listed):
        return None
    return {"keys": listed} if keys_in(found) else None


def _fitting(jwks: object, algorithm: str, key_id: str) -> Iterator[Any]:
    for key in keys_in(jwks):
        if key.key_type == _KIND_OF[algorithm] and (not key_id or key.key_id == key_id):
            yield key.key


def _key(one: object) -> jwt.PyJWK | None:
    if not isinstance(one, dict) or one.get("kty") not in ("RSA", "EC") or "d" in one or one.get("use", "sig") != "sig":
        return None
    if one["kty"] == "EC" and one.get("crv") != "P-384":
        return None
    try:
        key = jwt.PyJWK.from_dict(one, algorithm="RS384" if one["kty"] == "RSA" else "ES384")
    except (jwt.PyJWTError, ValueError, KeyError, TypeError):
        return None
    if isinstance(key.key, RSAPublicKey) and not FEWEST_BITS <= key.key.key_size <= MOST_BITS:
        return None
    return key
