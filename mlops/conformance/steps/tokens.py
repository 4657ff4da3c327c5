"""Tokens: who is given none, and how that is said (RFC 6749 section 5.2, RFC 6750 section 3)."""

from __future__ import annotations

from typing import Any

from mlops.conformance.checks import Check, has, header, statuses, without_trace

DOOR = "Client identity"
PATH = "/oauth/token"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ASSERTION = "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"


def _refused(name: str, raw: bytes, *errors: str, status: tuple[int, ...] = (400, 401), **others: Any) -> Check:
    looks = (has("error", *errors), without_trace)
    return Check(DOOR, name, "POST", PATH, statuses(*status), raw=raw, headers=FORM, looks=looks, with_token=False, **others)


CHECKS = (
    Check(DOOR, "a token that is none says how to ask", "GET", "/api/v1/worklist", statuses(401),
          headers={"Authorization": "Bearer nothing"}, looks=(header("WWW-Authenticate", "Bearer"),), with_token=False),
    _refused("a client that nobody registered", b"grant_type=client_credentials&client_id=none&client_secret=none",
             "invalid_client"),
    _refused("a grant that is not offered", b"grant_type=password&username=a&password=b",
             "unsupported_grant_type", "invalid_client"),
    _refused("no grant", b"client_id=none", "unsupported_grant_type", "invalid_request", "invalid_client"),
    _refused("a proof that nobody signed", f"grant_type=client_credentials&{ASSERTION}&client_assertion=e30.e30.e30".encode(),
             "invalid_client"),
)  # fmt: skip
