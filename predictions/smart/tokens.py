"""The way back: the code becomes the EHR's word on who the user is, which patient is open, and whether a banner is wanted.

The access token is thrown away: nothing is ever read from the EHR's FHIR server.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt

from predictions.smart import asking
from predictions.smart.errors import CodeRefusedError, IdentityRefusedError
from predictions.smart.issuers import Issuer
from predictions.smart.launching import Configuration, Launch

ALGORITHMS = ("RS256", "RS384", "ES256", "ES384")
CLOCKS_DIFFER_SECONDS = 60
LONGEST_TOKEN = 16_384
FHIR_USER = re.compile(r"(Practitioner|PractitionerRole)/[A-Za-z0-9\-.]{1,64}")
BARE_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


@dataclass(frozen=True)
class Context:
    """What the EHR vouches for."""

    fhir_user: str
    patient_id: str
    encounter_id: str
    wants_banner: bool
    card: UUID | None


def redeem(*, issuer: Issuer, configuration: Configuration, launch: Launch, code: str) -> Context:
    """Exchange the code, once. Asks the EHR, so outside of any transaction."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": launch.redirect_uri,
        "client_id": issuer.client_id,
        "code_verifier": launch.verifier,
    }
    told = asking.post_form(issuer, configuration.token_endpoint, form)
    claims = _claims(issuer, configuration, launch, told.get("id_token"))
    return Context(
        fhir_user=_fhir_user(issuer, claims),
        patient_id=_bare_id(told, "patient", needed=True),
        encounter_id=_bare_id(told, "encounter", needed=False),
        wants_banner=told.get("need_patient_banner") is not False,  # a banner too many is safer than one too few
        card=_card(told.get("appContext")),
    )


def _claims(issuer: Issuer, configuration: Configuration, launch: Launch, token: object) -> Mapping[str, Any]:
    if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
        raise IdentityRefusedError
    try:
        key = _key(issuer, configuration, jwt.get_unverified_header(token))
        claims: Mapping[str, Any] = jwt.decode(
            token,
            key,
            algorithms=list(ALGORITHMS),
            audience=issuer.client_id,
            issuer=configuration.issuer,
            leeway=CLOCKS_DIFFER_SECONDS,
            options={"require": ["iss", "aud", "exp", "iat", "sub"]},
        )
    except jwt.PyJWTError as error:
        raise IdentityRefusedError from error
    if claims.get("nonce") != launch.nonce:
        raise IdentityRefusedError
    return claims


def _key(issuer: Issuer, configuration: Configuration, header: Mapping[str, Any]) -> jwt.PyJWK:
    """The EHR's public key that the token names; keys of other kinds in its set are passed over."""
    if header.get("alg") not in ALGORITHMS:
        raise IdentityRefusedError
    keys = jwt.PyJWKSet.from_dict(asking.get_json(issuer, configuration.jwks_uri)).keys
    fitting = [key for key in keys if key.key_id == header.get("kid") and key.key_type in {"RSA", "EC"}]
    if len(fitting) != 1:
        raise IdentityRefusedError
    return fitting[0]


def _fhir_user(issuer: Issuer, claims: Mapping[str, Any]) -> str:
    """As type and id; an absolute address has to be one of this EHR's own."""
    stated = claims.get("fhirUser")
    reference = stated.removeprefix(f"{issuer.address}/") if isinstance(stated, str) else ""
    if not FHIR_USER.fullmatch(reference):
        raise IdentityRefusedError
    return reference


def _bare_id(told: Mapping[str, Any], name: str, *, needed: bool) -> str:
    value = told.get(name)
    if isinstance(value, str) and BARE_ID.fullmatch(value):
        return value
    if needed or value is not None:
        msg = "The EHR did not say which patient is open."
        raise CodeRefusedError(msg)
    return ""


def _card(context: object) -> UUID | None:
    """The card whose link was followed, as our own card wrote it; anything else is another application's."""
    try:
        told = json.loads(context) if isinstance(context, str) else None
        return UUID(told["card"]) if isinstance(told, dict) else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
