"""Signatures of model versions: Ed25519 over what decides how a patient is scored.

Only who registers a version holds the signing key; whoever scores holds public keys, several while one follows another.
A file in the artefact store, or a row that somebody wrote past this software, is worth nothing without such a signature.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from django.conf import settings

from predictions.errors import NotSignedError, SignatureRefusedError, SigningKeyMissingError

if TYPE_CHECKING:
    from predictions.models import ModelVersion

_KEY_BYTES = 32
_KEY_ID_DIGITS = 16


def sign(*, name: str, artefact_sha256: str, feature_schema: str, bands: list[dict[str, Any]], engine: str) -> tuple[str, str]:
    """The signature in hexadecimal, and the id of the key it was made with; SigningKeyMissingError without a key."""
    if not settings.SIGNING_KEY:
        raise SigningKeyMissingError
    key = private_key_from(settings.SIGNING_KEY)
    signature = key.sign(_signed_bytes(name, artefact_sha256, feature_schema, bands, engine))
    return signature.hex(), key_id(key.public_key())


def verify(version: ModelVersion) -> None:
    """Nothing where a trusted key signed this version as it stands in its row; an error that says what is wrong otherwise."""
    if not version.signature:
        raise NotSignedError
    key = _trusted().get(version.signed_with)
    if key is None:
        msg = f"The model's version is signed with key {version.signed_with}, which is not trusted here."
        raise SignatureRefusedError(msg)
    signed = _signed_bytes(version.name, version.artefact_sha256, version.feature_schema_id, version.bands, version.engine)
    try:
        key.verify(bytes.fromhex(version.signature), signed)
    except (InvalidSignature, ValueError) as error:
        raise SignatureRefusedError from error


def private_key_from(text: str) -> Ed25519PrivateKey:
    """A key in PEM, or its 32 bytes in base64; ValueError for anything else, without quoting it."""
    if "-----BEGIN" in text:
        key = load_pem_private_key(_pem(text), password=None)
        if isinstance(key, Ed25519PrivateKey):
            return key
        msg = "is not an Ed25519 private key"
        raise ValueError(msg)
    return Ed25519PrivateKey.from_private_bytes(_raw(text))


def public_key_from(text: str) -> Ed25519PublicKey:
    """As `private_key_from`, of the public half."""
    if "-----BEGIN" in text:
        key = load_pem_public_key(_pem(text))
        if isinstance(key, Ed25519PublicKey):
            return key
        msg = "is not an Ed25519 public key"
        raise ValueError(msg)
    return Ed25519PublicKey.from_public_bytes(_raw(text))


def new_private_key() -> str:
    """A key nobody else has, as `WARDLIGHT_SIGNING_KEY` takes it."""
    return base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()


def public_half(private: str) -> str:
    """What `WARDLIGHT_VERIFY_KEYS` takes of a signing key."""
    return base64.b64encode(private_key_from(private).public_key().public_bytes_raw()).decode()


def key_id(key: Ed25519PublicKey) -> str:
    """How a row names the key that signed it: the first digits of the public key's SHA-256."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:_KEY_ID_DIGITS]


def _trusted() -> dict[str, Ed25519PublicKey]:
    keys = map(public_key_from, settings.VERIFY_KEYS)
    return {key_id(key): key for key in keys}


def _signed_bytes(name: str, artefact_sha256: str, feature_schema: str, bands: Any, engine: str) -> bytes:
    """Canonical JSON: the same fields give the same bytes on every machine, also after a way through PostgreSQL."""
    fields = {
        "name": name, "artefact_sha256": artefact_sha256, "feature_schema": feature_schema, "bands": bands, "engine": engine,
    }  # fmt: skip
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _pem(text: str) -> bytes:
    return text.replace("\\n", "\n").encode()  # a secret store that holds one line keeps line ends as two characters


def _raw(text: str) -> bytes:
    try:
        data = base64.b64decode(text.strip(), validate=True)
    except binascii.Error as error:
        msg = "is neither PEM nor base64"
        raise ValueError(msg) from error
    if len(data) != _KEY_BYTES:
        msg = f"is not {_KEY_BYTES} bytes long"
        raise ValueError(msg)
    return data
