from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from pytest_django import Settings

from predictions import signing
from predictions.errors import NotSignedError, SignatureRefusedError, SigningKeyMissingError
from predictions.models import FeatureSchema, ModelVersion

BANDS = [{"name": "low", "from_probability": 0.0, "observed_low": 1e-05}]
FIELDS = {"name": "readmission-30d", "artefact_sha256": "a" * 64, "bands": BANDS, "engine": "boosted"}


def signed() -> ModelVersion:
    signature, key = signing.sign(feature_schema="f" * 64, **FIELDS)  # type: ignore[arg-type]  one set of fields for both
    return ModelVersion(feature_schema=FeatureSchema(hash="f" * 64), signature=signature, signed_with=key, **FIELDS)


def test_what_was_signed_here_is_accepted() -> None:
    signing.verify(signed())


@pytest.mark.parametrize(
    "change",
    [
        {"name": "another"},
        {"artefact_sha256": "b" * 64},
        {"feature_schema": FeatureSchema(hash="e" * 64)},
        {"bands": []},
        {"engine": "linear"},
        {"signature": "00" * 64},
        {"signature": "no hexadecimal"},
    ],
)
def test_whatever_is_changed_after_the_signing_is_refused(change: dict[str, object]) -> None:
    version = signed()
    for name, value in change.items():
        setattr(version, name, value)
    with pytest.raises(SignatureRefusedError, match="does not fit"):
        signing.verify(version)


def test_an_unsigned_version_is_refused_by_name() -> None:
    version = signed()
    version.signature = ""
    with pytest.raises(NotSignedError, match="not signed"):
        signing.verify(version)


def test_a_key_that_is_not_trusted_is_named(settings: Settings) -> None:
    version = signed()
    settings.VERIFY_KEYS = [signing.public_half(signing.new_private_key())]
    with pytest.raises(SignatureRefusedError, match=version.signed_with):
        signing.verify(version)


def test_while_one_key_follows_another_both_are_trusted(settings: Settings) -> None:
    before = signed()
    settings.SIGNING_KEY = signing.new_private_key()
    settings.VERIFY_KEYS = [*settings.VERIFY_KEYS, signing.public_half(settings.SIGNING_KEY)]
    after = signed()
    assert before.signed_with != after.signed_with
    for version in (before, after):
        signing.verify(version)


def test_without_a_key_nothing_is_signed(settings: Settings) -> None:
    settings.SIGNING_KEY = ""
    with pytest.raises(SigningKeyMissingError):
        signed()


def test_keys_are_taken_in_pem_on_one_line_or_many_and_in_base64() -> None:
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    raw = base64.b64encode(key.private_bytes_raw()).decode()
    for form in (private, private.replace("\n", "\\n"), raw):
        assert signing.private_key_from(form).private_bytes_raw() == key.private_bytes_raw()
    for form in (public, signing.public_half(raw)):
        assert signing.public_key_from(form).public_bytes_raw() == key.public_key().public_bytes_raw()


@pytest.mark.parametrize("text", ["", "short", "c2hvcnQ=", "-----BEGIN nothing-----"])
def test_what_is_no_key_is_refused(text: str) -> None:
    for read in (signing.private_key_from, signing.public_key_from):
        with pytest.raises(ValueError, match=r"."):
            read(text)
