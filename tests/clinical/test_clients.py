"""Systems prove who they are: by secret or by signature, for the scopes and wards that they were granted, until it is taken."""

from __future__ import annotations

import base64
import time
import uuid
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from django.http import HttpResponse
from django.test import Client

from clinical.clients import registering
from clinical.clients.scopes import covers
from clinical.models import AuditEvent, CareUnit, EhrClient, User
from tests.doors import client_with

TOKEN = "/oauth/token"
AUDIENCE = "http://testserver/oauth/token"
READ = "encounter.read"
OWN = object()


@pytest.fixture
def registered(cardiology: CareUnit) -> EhrClient:
    client = registering.register(name="Hospital EHR", by=None)
    registering.grant(client=client, unit=cardiology, scopes=[READ, "system/*.rs"], by=None)
    return client


def asks(client_id: str, secret: str, **form: str) -> HttpResponse:
    body = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret, **form}
    return Client().post(TOKEN, body)


def opens(token: str, path: str = "/api/v1/encounters") -> int:
    return Client().get(path, HTTP_AUTHORIZATION=f"Bearer {token}").status_code


def test_a_secret_gives_a_token_that_opens_doors(registered: EhrClient) -> None:
    issued = registering.issue(client=registered, by=None)
    answer = asks(issued.client_id, issued.secret)
    assert answer.status_code == 200
    assert (answer.json()["token_type"], set(answer.json()["scope"].split())) == ("Bearer", {READ, "system/*.rs"})
    assert opens(answer.json()["access_token"]) == 200


def test_basic_authentication_is_taken_too(registered: EhrClient) -> None:
    issued = registering.issue(client=registered, by=None)
    basic = base64.b64encode(f"{issued.client_id}:{issued.secret}".encode()).decode()
    answer = Client().post(TOKEN, {"grant_type": "client_credentials"}, HTTP_AUTHORIZATION=f"Basic {basic}")
    assert answer.status_code == 200


@pytest.mark.parametrize("grant", ["password", "authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:x"])
def test_no_other_grant_gives_a_token(grant: str, registered: EhrClient, frank: User) -> None:
    issued = registering.issue(client=registered, by=None)
    assert asks(issued.client_id, issued.secret, grant_type=grant, username="frank", password="x").status_code in {400, 401}


def test_a_wrong_secret_and_an_unknown_client_are_refused_alike(registered: EhrClient) -> None:
    issued = registering.issue(client=registered, by=None)
    answers = [asks(issued.client_id, "wrong"), asks("nobody", "wrong")]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json() == answers[1].json() == {"error": "invalid_client"}


def test_a_scope_that_was_not_granted_is_not_given(registered: EhrClient) -> None:
    issued = registering.issue(client=registered, by=None)
    assert asks(issued.client_id, issued.secret, scope="encounter.write").status_code == 400


def test_the_secret_is_nowhere_in_the_database(registered: EhrClient) -> None:
    issued = registering.issue(client=registered, by=None)
    stored = issued.credential.application
    stored.refresh_from_db()
    assert issued.secret not in str(vars(stored))
    assert not AuditEvent.objects.filter(detail__icontains=issued.secret).exists()


def test_while_a_new_secret_is_handed_over_the_old_one_still_counts_and_then_no_more(registered: EhrClient) -> None:
    old = registering.issue(client=registered, by=None)
    new = registering.issue(client=registered, by=None, overlap=timedelta(days=1))
    assert [asks(one.client_id, one.secret).status_code for one in (old, new)] == [200, 200]
    old.credential.refresh_from_db()
    old.credential.ends_at -= timedelta(days=2)
    old.credential.save()
    assert [asks(one.client_id, one.secret).status_code for one in (old, new)] == [401, 200]


def test_a_revoked_credential_takes_its_tokens_along_at_once(registered: EhrClient) -> None:
    issued = registering.issue(client=registered, by=None)
    token = asks(issued.client_id, issued.secret).json()["access_token"]
    registering.revoke(credential=issued.credential, by=None)
    assert (opens(token), asks(issued.client_id, issued.secret).status_code) == (401, 401)


def test_a_client_that_is_switched_off_is_out_at_once(registered: EhrClient) -> None:
    issued = registering.issue(client=registered, by=None)
    token = asks(issued.client_id, issued.secret).json()["access_token"]
    registering.switch_off(client=registered, by=None)
    assert (opens(token), asks(issued.client_id, issued.secret).status_code) == (401, 401)


def test_a_scope_that_is_lacking_is_named(cardiology: CareUnit) -> None:
    answer = client_with("model.read", unit=cardiology).get("/api/v1/encounters")
    assert answer.status_code == 403
    assert READ in answer.json()["detail"]


def test_a_grant_that_has_ended_reaches_nothing_though_the_token_lives(cardiology: CareUnit) -> None:
    caller = client_with(READ, unit=cardiology)
    registering.grant(client=caller.ehr_client, unit=cardiology, scopes=[], by=None)
    assert caller.get("/api/v1/encounters").status_code == 403


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nothing", "Basic abc", "Bearer " + "x" * 4000, "Bearer \u00e4"])
def test_without_a_good_token_no_door_opens(header: str, cardiology: CareUnit) -> None:
    answer = Client().get("/api/v1/encounters", HTTP_AUTHORIZATION=header)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_session_opens_no_door(alice: User) -> None:
    browser = Client()
    browser.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get("/api/v1/encounters").status_code == 401


# --- signed statements ------------------------------------------------------------------------------------------------------


class Signer:
    """A client's key pair, and what it signs."""

    def __init__(self, client: EhrClient, *, kind: str = "RS384") -> None:
        self.kind = kind
        self.key: PrivateKeyTypes = (
            rsa.generate_private_key(65537, 2048) if kind.startswith("RS") else ec.generate_private_key(ec.SECP384R1())
        )
        algorithm = jwt.algorithms.get_default_algorithms()[kind]
        public = algorithm.to_jwk(self.key.public_key(), as_dict=True) | {"kid": "one"}  # type: ignore[union-attr, call-arg]
        client.jwks = {"keys": [public]}
        client.save()
        self.name = registering.issue(client=client, by=None).client_id

    def signed(self, *, headers: dict[str, Any] | None = None, algorithm: str = "", key: Any = OWN, **claims: Any) -> str:
        said = {
            "iss": self.name, "sub": self.name, "aud": AUDIENCE, "exp": int(time.time()) + 120, "jti": str(uuid.uuid4()),
        }  # fmt: skip
        said = {name: value for name, value in (said | claims).items() if value is not None}
        signs = self.key if key is OWN else key
        return jwt.encode(said, signs, algorithm=algorithm or self.kind, headers={"kid": "one", **(headers or {})})

    def asks(self, assertion: str) -> HttpResponse:
        return Client().post(
            TOKEN,
            {
                "grant_type": "client_credentials", "scope": READ, "client_assertion": assertion,
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            },
        )  # fmt: skip


@pytest.mark.parametrize("kind", ["RS384", "ES384"])
def test_a_signed_statement_gives_a_token_and_counts_once(kind: str, registered: EhrClient) -> None:
    signer = Signer(registered, kind=kind)
    statement = signer.signed()
    answer = signer.asks(statement)
    assert answer.status_code == 200, answer.content
    assert opens(answer.json()["access_token"]) == 200
    assert signer.asks(statement).status_code == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://elsewhere.test/token"}, {"aud": [AUDIENCE, "https://elsewhere.test/token"]},
        {"exp": 1}, {"exp": int(time.time()) + 3600},
        {"exp": None}, {"jti": None}, {"jti": 7}, {"sub": "another"}, {"iss": "nobody"},
        {"headers": {"kid": "two"}}, {"headers": {"jku": "https://evil.test/keys"}}, {"headers": {"typ": "JWE"}},
    ],
)  # fmt: skip
def test_a_statement_that_is_not_good_gives_nothing(claims: dict[str, Any], registered: EhrClient) -> None:
    signer = Signer(registered)
    assert signer.asks(signer.signed(**claims)).status_code == 401


def test_a_statement_without_signature_or_with_a_shared_key_gives_nothing(registered: EhrClient) -> None:
    signer = Signer(registered)
    stranger = rsa.generate_private_key(65537, 2048)
    for statement in (
        signer.signed(algorithm="none", key=None), signer.signed(algorithm="HS384", key="k" * 64),
        signer.signed(algorithm="RS256"), signer.signed(key=stranger), "not.a.jwt", "", "x" * 20_000,
    ):  # fmt: skip
        assert signer.asks(statement).status_code == 401


@pytest.mark.parametrize(
    ("held", "needed", "is_enough"),
    [
        ("encounter.read", "encounter.read", True), ("encounter.read", "encounter.write", False),
        ("system/*.rs", "system/Patient.rs", True), ("system/*.read", "system/Patient.rs", True),
        ("system/Patient.rs", "system/Encounter.rs", False), ("system/Patient.r", "system/Patient.rs", False),
        ("system/*.cruds", "system/Bundle.c", True), ("system/*.rs", "system/Bundle.c", False),
        ("user/*.rs", "system/Patient.rs", False),
    ],
)  # fmt: skip
def test_a_scope_covers_what_it_names_and_no_more(held: str, needed: str, is_enough: bool) -> None:  # noqa: FBT001  a table
    assert covers([held], needed) is is_enough
