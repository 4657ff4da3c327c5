"""Signed statements of who asks: SMART Backend Services at the token endpoint, and CDS Hooks at every call.

RS384 and ES384 alone, as SMART and CDS Hooks recommend: `none` has no signature, and with HMAC each side could forge for the
other. A statement counts once: its number is kept until it has expired (RFC 7523, section 3; CDS Hooks 2.0, Security).
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from django.db import IntegrityError, transaction
from django.utils import timezone

from clinical.clients.keys import keys_of
from clinical.errors import ClinicalError
from clinical.models import EhrClient, EhrCredential
from clinical.models.ehr_client import UsedAssertion

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("RS384", "ES384")
LONGEST_LIFE = timedelta(minutes=5)
LEEWAY_SECONDS = 30
LONGEST_ASSERTION, LONGEST_NUMBER = 8_192, 200
_NOBODY = "Nobody is known by this issuer."


class AssertionRefusedError(ClinicalError):
    """The signed statement of who asks is not good."""

    code = "assertion_refused"
    status = 401


def credential_that_signed(assertion: str, *, audience: str) -> EhrCredential:
    """SMART Backend Services: `iss` and `sub` are both the client id. AssertionRefusedError says what is not good."""
    name = _issuer(assertion)
    known = EhrCredential.objects.in_force().select_related("client__user", "application")
    credential = known.filter(application__client_id=name).first()
    if credential is None:
        raise AssertionRefusedError(_NOBODY)
    claims = verify(assertion, client=credential.client, audience=audience, issuer=name)
    if claims.get("sub") != name:
        msg = "The statement's subject is not its issuer."
        raise AssertionRefusedError(msg)
    return credential


def caller_who_signed(assertion: str, *, audience: str) -> EhrClient:
    """CDS Hooks 2.0: `iss` is the registered issuer of the EHR, `aud` the address that was called."""
    issuer = _issuer(assertion)
    client = EhrClient.objects.select_related("user").filter(issuer=issuer, is_active=True, user__is_active=True).first()
    if client is None:
        raise AssertionRefusedError(_NOBODY)
    claims = verify(assertion, client=client, audience=audience, issuer=issuer)
    if "iat" not in claims:
        msg = "The statement does not say when it was made (iat)."
        raise AssertionRefusedError(msg)
    return client


def verify(assertion: str, *, client: EhrClient, audience: str, issuer: str) -> dict[str, Any]:
    """The claims, once: signature, audience, times and number are checked, and the number is used up."""
    header = _header(assertion)
    if header.get("alg") not in ALGORITHMS or header.get("typ", "JWT") != "JWT":
        msg = f"The statement must be a JWT signed by {' or '.join(ALGORITHMS)}."
        raise AssertionRefusedError(msg)
    if header.get("jku") and header["jku"] != client.jwks_url:
        msg = "The statement names keys at an address that is not registered."
        raise AssertionRefusedError(msg)
    for key in keys_of(client, algorithm=str(header["alg"]), key_id=str(header.get("kid", ""))):
        try:
            claims: dict[str, Any] = jwt.decode(
                assertion, key=key, algorithms=[str(header["alg"])], audience=audience, issuer=issuer, leeway=LEEWAY_SECONDS,
                options={"require": ["iss", "aud", "exp", "jti"]},
            )  # fmt: skip
        except jwt.InvalidSignatureError:
            continue
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
            msg = f"The statement is not good: {type(error).__name__}."
            raise AssertionRefusedError(msg) from None
        if claims["aud"] not in (audience, [audience]):  # a list may name it, and nobody beside it
            msg = "The statement is made for others too."
            raise AssertionRefusedError(msg)
        _use_up(claims, issuer)
        return claims
    msg = "No registered key has signed this."
    raise AssertionRefusedError(msg)


def _use_up(claims: dict[str, Any], issuer: str) -> None:
    expires, number = _moment(claims["exp"]), claims["jti"]
    if expires > timezone.now() + LONGEST_LIFE + timedelta(seconds=LEEWAY_SECONDS):
        msg = "The statement must expire within five minutes."
        raise AssertionRefusedError(msg)
    if not isinstance(number, str) or not 0 < len(number) <= LONGEST_NUMBER or not number.isprintable():
        msg = "The statement's number must be a text."
        raise AssertionRefusedError(msg)
    try:
        with transaction.atomic():
            UsedAssertion.objects.filter(expires_at__lt=timezone.now() - timedelta(seconds=LEEWAY_SECONDS)).delete()
            UsedAssertion.objects.create(issuer=issuer, jti=number, expires_at=expires)
    except IntegrityError:
        msg = "The statement was used before."
        raise AssertionRefusedError(msg) from None


def _moment(seconds: object) -> datetime:
    if isinstance(seconds, int | float) and not isinstance(seconds, bool):
        with contextlib.suppress(ValueError, OverflowError, OSError):
            return datetime.fromtimestamp(seconds, UTC)
    msg = "The statement's time of expiry is no time."
    raise AssertionRefusedError(msg)


def _issuer(assertion: str) -> str:
    found = _unverified(assertion).get("iss")
    if not isinstance(found, str) or not 0 < len(found) <= LONGEST_NUMBER or not found.isprintable():
        raise AssertionRefusedError(_NOBODY)
    return found


def _unverified(assertion: str) -> dict[str, Any]:
    """What it says of itself, to find the keys by; believed of nothing else."""
    if len(assertion) > LONGEST_ASSERTION:
        msg = "The statement is too long."
        raise AssertionRefusedError(msg)
    try:
        return dict(jwt.decode(assertion, options={"verify_signature": False}))
    except (jwt.PyJWTError, ValueError, RecursionError):
        msg = "The statement is no JWT."
        raise AssertionRefusedError(msg) from None


def _header(assertion: str) -> dict[str, Any]:
    try:
        return dict(jwt.get_unverified_header(assertion))
    except (jwt.PyJWTError, ValueError):
        msg = "The statement is no JWT."
        raise AssertionRefusedError(msg) from None
