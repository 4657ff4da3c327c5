"""An EHR that speaks CDS Hooks, for the tests: it asks as the specification says and reads what comes back."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler

from clinical.clients import registering
from clinical.models import CareUnit, EhrClient, Encounter, User

SERVICE = "/cds-services/readmission-30d"
HOST = "http://testserver"
KEY_ID = "key-1"
ONE_HANDLER = ClientHandler(enforce_csrf_checks=False)  # the middleware is made once, as in a server
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class CdsClient:
    """One EHR client, the key that it signs with, and what it can send."""

    client: EhrClient
    key: PrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP384R1()))

    @property
    def user(self) -> User:
        return self.client.user

    def get(self, path: str = "/cds-services") -> HttpResponse:
        return self.send("GET", path)

    def post(self, path: str, body: Any) -> HttpResponse:
        return self.send("POST", path, body)

    def send(self, method: str, path: str, body: Any = None, *, token: str | None = None) -> HttpResponse:
        data = body if isinstance(body, str) else json.dumps(body)
        bearer = self.token(path) if token is None else token
        sender = Client(raise_request_exception=False)
        sender.handler = ONE_HANDLER
        headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
        return sender.generic(method, path, data if method == "POST" else "", content_type="application/json", headers=headers)

    def token(self, path: str, *, key: Any = None, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A token for one call of `path`, as the specification has it; None takes a claim away."""
        now = int(time.time())
        told = {
            "iss": self.client.issuer, "aud": f"{HOST}{path}", "iat": now, "exp": now + 60, "jti": str(uuid.uuid4()), **claims,
        }  # fmt: skip
        bears = {
            "kid": KEY_ID,
            "alg": "ES384" if isinstance(self.key, ec.EllipticCurvePrivateKey) else "RS384",
            **(header or {}),
        }
        payload = {name: value for name, value in told.items() if value is not None}
        return jwt.encode(payload, self.key if key is None else key, algorithm=bears.pop("alg"), headers=bears)

    def call(self, stay: Encounter, *, hook: str = "encounter-discharge", **changes: Any) -> HttpResponse:
        return self.post(SERVICE, call_about(stay, hook=hook, **changes))

    def cards(self, stay: Encounter, **changes: Any) -> list[dict[str, Any]]:
        answer = self.call(stay, **changes)
        assert answer.status_code == 200, answer.content
        cards: list[dict[str, Any]] = answer.json()["cards"]
        return cards

    def feedback(self, *entries: dict[str, Any]) -> HttpResponse:
        return self.post(f"{SERVICE}/feedback", {"feedback": list(entries)})


def cds_client_on(*units: CareUnit, name: str = "Hospital EHR", key: PrivateKey | None = None) -> CdsClient:
    """A registered client with its public key, which may ask for cards on these wards."""
    client = registering.register(name=name, by=None)
    caller = CdsClient(client, key) if key else CdsClient(client)
    client.issuer = f"https://{client.public_id}.hospital.test"
    client.jwks = {"keys": [public_half(caller.key)]}
    client.save(update_fields=["issuer", "jwks"])
    for unit in units:
        registering.grant(client=client, unit=unit, scopes=["cds.call"], by=None)
    return caller


def public_half(key: PrivateKey, key_id: str = KEY_ID) -> dict[str, Any]:
    """As a JWK."""
    kind = jwt.algorithms.ECAlgorithm if isinstance(key, ec.EllipticCurvePrivateKey) else jwt.algorithms.RSAAlgorithm
    return {**json.loads(kind.to_jwk(key.public_key())), "kid": key_id, "use": "sig"}  # type: ignore[arg-type]


def call_about(stay: Encounter, *, hook: str = "encounter-discharge", **changes: Any) -> dict[str, Any]:
    """A call that an EHR could send; `context` changes single members of it, None takes one away."""
    context = {
        "userId": "Practitioner/7",
        "patientId": stay.patient.medical_record_number,
        "encounterId": str(stay.public_id),
        **changes.pop("context", {}),
    }
    call = {
        "hook": hook,
        "hookInstance": str(uuid.uuid4()),
        "context": {name: value for name, value in context.items() if value is not None},
        **changes,
    }
    return {name: value for name, value in call.items() if value is not None}


def accepted(card: dict[str, Any], *places: int, **changes: Any) -> dict[str, Any]:
    """What an EHR reports when its user takes suggestions of a card."""
    numbers = [{"id": card["suggestions"][place]["uuid"]} for place in places]
    told = {"card": card["uuid"], "outcome": "accepted", "acceptedSuggestions": numbers}
    return {**told, "outcomeTimestamp": "2026-11-20T10:05:31Z", **changes}


def overridden(card: dict[str, Any], **changes: Any) -> dict[str, Any]:
    told = {"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-11-20T10:05:31Z"}
    return {**told, **changes}
