"""Who may call for cards: a JWT signed by the EHR for this address, on each call, exactly as CDS Hooks 2.0 has it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from clinical.clients import registering
from clinical.models import CareUnit, Encounter, User
from tests.predictions.cds_client import HOST, SERVICE, CdsClient, PrivateKey, call_about, cds_client_on
from tests.predictions.scored import scored

DISCOVERY = "/cds-services"
KINDS: dict[str, Callable[[], PrivateKey]] = {
    "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "RS384": lambda: rsa.generate_private_key(public_exponent=65_537, key_size=2048),
}


@pytest.fixture
def ehr(cardiology: CareUnit) -> CdsClient:
    return cds_client_on(cardiology)


def discovered(ehr: CdsClient, token: str) -> HttpResponse:
    return ehr.send("GET", DISCOVERY, token=token)


@pytest.mark.parametrize("algorithm", KINDS)
def test_a_signed_call_is_answered(cardiology: CareUnit, encounter: Encounter, algorithm: str) -> None:
    """Without `jku`: the key was handed over when the client was registered."""
    ehr = cds_client_on(cardiology, key=KINDS[algorithm]())
    scored(encounter, 0.3)
    assert ehr.get().status_code == 200
    assert len(ehr.cards(encounter)) == 1


def test_the_audience_may_be_a_list_of_this_address_alone(ehr: CdsClient) -> None:
    assert discovered(ehr, ehr.token(DISCOVERY, aud=[f"{HOST}{DISCOVERY}"])).status_code == 200
    both = [f"{HOST}{DISCOVERY}", "https://elsewhere.test"]
    assert discovered(ehr, ehr.token(DISCOVERY, aud=both)).status_code == 401


@pytest.mark.parametrize(
    ("method", "path"), [("GET", DISCOVERY), ("POST", SERVICE), ("POST", f"{SERVICE}/feedback"), ("POST", "/cds-services/x")]
)
@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é", "x" * 9000])
def test_without_a_token_no_door_answers(ehr: CdsClient, method: str, path: str, token: str) -> None:
    answer = ehr.send(method, path, {}, token=token)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/problem+json"


def test_a_session_opens_no_door(alice: User, encounter: Encounter, signed_in: Callable[[User], Client]) -> None:
    browser = signed_in(alice)
    assert browser.get(DISCOVERY).status_code == 401
    assert browser.post(SERVICE, json.dumps(call_about(encounter)), content_type="application/json").status_code == 401


@pytest.mark.parametrize(
    "claims",
    [{"aud": f"{HOST}{SERVICE}"}, {"aud": f"{HOST}{DISCOVERY}/"}, {"aud": f"https://testserver{DISCOVERY}"}, {"aud": None},
     {"aud": []}, {"exp": None}, {"exp": 1}, {"exp": "soon"}, {"exp": 99_999_999_999}, {"iat": None}, {"iat": 99_999_999_999},
     {"jti": None}, {"jti": ""}, {"jti": 7}, {"iss": None}, {"iss": ""}, {"nbf": 99_999_999_999}],
)  # fmt: skip
def test_a_token_with_other_claims_is_refused(ehr: CdsClient, claims: dict[str, Any]) -> None:
    assert discovered(ehr, ehr.token(DISCOVERY, **claims)).status_code == 401


def test_a_token_of_an_issuer_that_is_not_registered_is_refused(ehr: CdsClient, cardiology: CareUnit) -> None:
    assert discovered(ehr, ehr.token(DISCOVERY, iss="https://evil.test")).status_code == 401
    other = cds_client_on(cardiology, name="Another EHR")
    assert discovered(ehr, ehr.token(DISCOVERY, iss=other.client.issuer)).status_code == 401


def test_a_jku_that_is_not_registered_is_refused_and_not_asked(ehr: CdsClient) -> None:
    # nobody may be reached from the tests but this machine, where nobody listens there
    token = ehr.token(DISCOVERY, header={"jku": "http://127.0.0.1:9/jwks"})
    assert discovered(ehr, token).status_code == 401


@pytest.mark.parametrize("header", [{"kid": "another"}, {"typ": "at+jwt"}])
def test_a_token_with_another_header_is_refused(ehr: CdsClient, header: dict[str, Any]) -> None:
    assert discovered(ehr, ehr.token(DISCOVERY, header=header)).status_code == 401


def test_a_token_that_is_not_signed_with_a_key_pair_is_refused(ehr: CdsClient) -> None:
    claims = {"iss": ehr.client.issuer, "aud": f"{HOST}{DISCOVERY}", "iat": int(time.time()), "jti": "1"}
    unsigned = ".".join((part({"alg": "none", "typ": "JWT"}), part({**claims, "exp": int(time.time()) + 60}), ""))
    assert discovered(ehr, unsigned).status_code == 401
    for secret in (json.dumps(ehr.client.jwks["keys"][0]), "a secret that both sides know, which is the trouble with it"):
        signed = f"{part({'alg': 'HS384', 'typ': 'JWT', 'kid': 'key-1'})}.{part({**claims, 'exp': int(time.time()) + 60})}"
        signature = hmac.new(secret.encode(), signed.encode(), hashlib.sha384).digest()
        assert discovered(ehr, f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}").status_code == 401


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_a_token_of_another_key_is_refused(ehr: CdsClient) -> None:
    assert discovered(ehr, ehr.token(DISCOVERY, key=KINDS["ES384"]())).status_code == 401


def test_a_token_is_good_once(ehr: CdsClient) -> None:
    token = ehr.token(DISCOVERY)
    assert [discovered(ehr, token).status_code for _ in range(2)] == [200, 401]


def test_a_client_that_was_switched_off_is_out_at_once(ehr: CdsClient) -> None:
    registering.switch_off(client=ehr.client, by=None)
    assert ehr.get().status_code == 401


def test_a_client_without_the_scope_is_told_so(nephrology: CareUnit, encounter: Encounter) -> None:
    stranger = cds_client_on(name="Without wards")
    assert stranger.get().status_code == 403
    scored(encounter, 0.3)
    assert cds_client_on(nephrology, name="Of another ward").call(encounter).status_code == 412


def test_behind_a_proxy_the_address_is_the_one_that_clients_know(ehr: CdsClient, settings: Settings) -> None:
    settings.API_ADDRESS = "https://api.hospital.test"
    assert ehr.get().status_code == 401
    assert discovered(ehr, ehr.token(DISCOVERY, aud=f"https://api.hospital.test{DISCOVERY}")).status_code == 200


def test_a_refusal_quotes_nothing_of_the_token(ehr: CdsClient, caplog: pytest.LogCaptureFixture) -> None:
    answer = discovered(ehr, ehr.token(DISCOVERY, iss="https://canary.test", tenant="canary"))
    assert "canary" not in answer.content.decode() + caplog.text
