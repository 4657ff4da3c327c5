"""Keys at a client's own address: fetched where they may be, kept for a while, and asked for no more often than told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from django.test import Client
from pytest_django import Settings

from clinical import egress
from clinical.clients import key_sets, registering
from clinical.clients.keys import key_set_from, keys_in
from clinical.models import AuditEvent, CareUnit, EhrClient
from tests.clinical.test_clients import READ, Signer, opens

REVOKE = "/oauth/revoke"


@dataclass
class KeyServer:
    """A client's web server; it can be told to misbehave."""

    address: str = ""
    body: bytes = b""
    status: int = 200
    redirects_to: str = ""
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[KeyServer]:
    told = KeyServer()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append(self.path)
            self.send_response(302 if told.redirects_to else told.status)
            if told.redirects_to:
                self.send_header("Location", told.redirects_to)
            self.end_headers()
            self.wfile.write(told.body)

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002  the library's name
            """Quiet."""

    standing = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    told.address = f"http://127.0.0.1:{standing.server_port}/keys"
    thread = threading.Thread(target=standing.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    key_sets.forget()
    yield told
    key_sets.forget()
    standing.shutdown()
    standing.server_close()
    thread.join()


@pytest.fixture
def signer(cardiology: CareUnit, server: KeyServer) -> Signer:
    """A client whose keys are at its address alone."""
    client = registering.register(name="Hospital EHR", by=None)
    registering.grant(client=client, unit=cardiology, scopes=[READ], by=None)
    signer = Signer(client, kind="ES384")
    published(client, server)
    return signer


def published(client: EhrClient, server: KeyServer) -> None:
    """The keys move from the row to the server."""
    server.body = json.dumps(client.jwks).encode()
    client.jwks, client.jwks_url = None, server.address
    client.save()


def test_keys_are_fetched_once_and_then_known(signer: Signer, server: KeyServer) -> None:
    assert [signer.asks(signer.signed()).status_code for _time in range(3)] == [200, 200, 200]
    assert server.asked == ["/keys"]


def test_an_unknown_key_asks_anew_but_not_at_every_call(
    signer: Signer, server: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer.asks(signer.signed())
    for _time in range(3):
        assert signer.asks(signer.signed(headers={"kid": "unknown"})).status_code == 401
    assert len(server.asked) == 1  # it was asked a moment ago
    monkeypatch.setattr(key_sets, "ANEW_SECONDS", -1)
    server.body = server.body.replace(b'"one"', b'"two"')
    assert signer.asks(signer.signed(headers={"kid": "two"})).status_code == 200
    assert len(server.asked) == 2


def test_known_keys_outlive_a_server_that_is_down_and_not_for_ever(
    signer: Signer, server: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer.asks(signer.signed())
    server.status = 503
    monkeypatch.setattr(key_sets, "FRESH_SECONDS", -1)
    monkeypatch.setattr(key_sets, "ANEW_SECONDS", -1)
    assert signer.asks(signer.signed()).status_code == 200
    monkeypatch.setattr(key_sets, "LONGEST_SECONDS", -1)
    assert signer.asks(signer.signed()).status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": 500}, {"body": b"x" * (key_sets.MOST_BYTES + 1)}, {"body": b"[]"}, {"body": b"[" * 50_000},
        {"body": b'{"keys": 7}'}, {"body": b"\xff\xfe"}, {"redirects_to": "/elsewhere"},
    ],
)  # fmt: skip
def test_what_is_no_key_set_gives_nothing_and_no_redirect_is_followed(
    wrong: dict[str, Any], signer: Signer, server: KeyServer
) -> None:
    for name, value in wrong.items():
        setattr(server, name, value)
    assert signer.asks(signer.signed()).status_code == 401
    assert server.asked == ["/keys"]


def test_many_addresses_are_remembered_and_no_more_than_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_sets, "MOST_SETS", 3)
    for number in range(10):
        key_sets.held(f"ftp://ehr.test/{number}")
    assert len(key_sets._seen) == 3
    key_sets.forget()


@pytest.mark.parametrize(
    "address",
    [
        "http://ehr.test/keys", "https://elsewhere.test/keys", "https://ehr.test@evil.test/", "https://u:p@ehr.test/",
        "file:///etc/passwd", "https://ehr.test.evil.test/", "https://[::1]/keys", "https://169.254.169.254/", "https://",
        "https://ehr.test:99999/", "https://ehr.test/\r\nHost: x", "http://127.0.0.1.nip.test/", "https://2130706433/",
    ],
)  # fmt: skip
def test_an_address_that_may_not_be_asked_is_refused(address: str, settings: Settings) -> None:
    settings.JWKS_HOSTS = ["ehr.test"]
    with pytest.raises(egress.AddressRefusedError):
        egress.target_at(address, hosts=settings.JWKS_HOSTS)


@pytest.mark.parametrize("place", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:127.0.0.1"])
def test_a_listed_name_at_an_inner_place_is_refused(place: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where one of its places is a public one: which of them is connected to would be chance."""
    found = [(0, 0, 0, "", ("93.184.215.14", 443)), (0, 0, 0, "", (place, 443))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_kwargs: found)
    target = egress.target_at("https://ehr.test/keys", hosts=["ehr.test"])
    with pytest.raises(egress.AddressRefusedError):
        egress.ask(target, "GET", headers={}, seconds=1, most_bytes=10)


def test_in_production_loopback_is_refused_too(settings: Settings) -> None:
    settings.LOOPBACK_WEBHOOKS = False
    with pytest.raises(egress.AddressRefusedError):
        egress.target_at("http://127.0.0.1/keys", hosts=["127.0.0.1"])


@pytest.mark.parametrize(
    "one",
    [
        {"kty": "oct", "k": "c2VjcmV0"}, {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kty": "RSA"}, {"kty": "EC", "crv": "P-384", "x": 7, "y": None}, "text", None, {}, {"kty": ["RSA"]},
    ],
)  # fmt: skip
def test_a_key_that_is_weak_secret_or_none_is_left_out(one: Any) -> None:
    assert keys_in({"keys": [one]}) == []


def test_a_private_key_is_not_taken_from_an_administrator(signer: Signer) -> None:
    private = jwt.algorithms.ECAlgorithm.to_jwk(signer.key, as_dict=True)  # type: ignore[call-overload]
    assert key_set_from(json.dumps({"keys": [private]})) is None


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 10**30}, {"exp": "1e400"}, {"exp": True}, {"jti": "a\x00b"}, {"jti": "x" * 500}, {"iss": "a\x00b"}, {"iss": 7},
        {"aud": 7},
    ],
)  # fmt: skip
def test_claims_that_are_no_claims_are_refused_and_break_nothing(claims: dict[str, Any], signer: Signer) -> None:
    said = {
        "iss": signer.name,
        "sub": signer.name,
        "aud": "http://testserver/oauth/token",
        "exp": int(time.time()) + 60,
        "jti": "n",
        **claims,
    }
    statement = jwt.api_jws.encode(json.dumps(said).encode(), signer.key, algorithm="ES384", headers={"kid": "one"})  # type: ignore[arg-type]
    assert signer.asks(statement).status_code == 401


@pytest.mark.parametrize("name", ["a\x00b", "\ud83d\ude00", "x" * 5000, ""])
def test_ids_that_no_client_bears_are_refused_and_break_nothing(name: str, db: None) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": name.encode("utf-16", "surrogatepass").decode("utf-16"),
        "client_secret": "s",
    }
    assert Client().post("/oauth/token", form).status_code == 401


# --- giving back, and reading how -------------------------------------------------------------------------------------------


def test_a_token_that_was_given_back_opens_nothing_and_another_clients_stays(signer: Signer, cardiology: CareUnit) -> None:
    own = signer.asks(signer.signed()).json()["access_token"]
    client = registering.register(name="Another EHR", by=None)
    registering.grant(client=client, unit=cardiology, scopes=[READ], by=None)
    other = registering.issue(client=client, by=None)
    by_other = {"token": own, "client_id": other.client_id, "client_secret": other.secret}
    assert (Client().post(REVOKE, by_other).status_code, opens(own)) == (200, 200)
    signed = {
        "client_assertion": signer.signed(),
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }
    assert (Client().post(REVOKE, {"token": own, **signed}).status_code, opens(own)) == (200, 401)
    assert AuditEvent.objects.filter(verb="ehr_client.token_returned").count() == 2


def test_the_configuration_names_the_token_endpoint_and_what_it_takes(settings: Settings, db: None) -> None:
    settings.API_ADDRESS = "https://api.hospital.test"
    told = Client().get("/.well-known/smart-configuration").json()
    assert told["token_endpoint"] == "https://api.hospital.test/oauth/token"
    assert told["token_endpoint_auth_signing_alg_values_supported"] == ["RS384", "ES384"]
    assert told["grant_types_supported"] == ["client_credentials"]


def test_a_process_that_shows_pages_gives_no_tokens(settings: Settings, db: None) -> None:
    settings.SERVES_API = False
    browser = Client()
    assert {browser.post("/oauth/token").status_code, browser.post(REVOKE).status_code} == {404}
    assert browser.get("/.well-known/smart-configuration").status_code == 404
