"""The demonstration's EHR: a client with a published secret and a published key. Never where patients are.

Production refuses the setting that allows it, as it does for the people of clinical.demo_accounts.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Sequence

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from clinical.clients import registering
from clinical.clients.scopes import VERBS
from clinical.models import CareUnit, EhrClient, User

CLIENT_ID = "demonstration-ehr"
CLIENT_SECRET = "wardlight-demonstration-ehr"  # noqa: S105  published on purpose, see above
ISSUER = "https://ehr.demonstration.invalid"
_NUMBER_OF_THE_KEY = 0x57415244_4C494748_54 << 200  # as good as none: everybody can read it here
KEY_ID, LIFE_SECONDS = "demonstration", 120


def make(user: User, units: Sequence[CareUnit]) -> EhrClient:
    """The client of this user with every scope on its wards; what is there stays as it is."""
    client, is_new = EhrClient.objects.get_or_create(
        user=user, defaults={"name": "Demonstration EHR", "issuer": ISSUER, "jwks": {"keys": [_public_half()]}}
    )
    for unit in units:
        registering.grant(client=client, unit=unit, scopes=tuple(VERBS), by=None)
    if is_new:
        registering.issue(client=client, by=None, client_id=CLIENT_ID, secret=CLIENT_SECRET)
    return client


def signed(address: str) -> str:
    """What the EHR says of itself with a call for cards at `address`."""
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": address, "iat": now, "exp": now + LIFE_SECONDS, "jti": str(uuid.uuid4())}
    return jwt.encode(claims, _key(), algorithm="ES384", headers={"kid": KEY_ID})


def _key() -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(_NUMBER_OF_THE_KEY, ec.SECP384R1())


def _public_half() -> dict[str, str]:
    public: dict[str, str] = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(_key().public_key()))
    return {**public, "kid": KEY_ID, "use": "sig"}
