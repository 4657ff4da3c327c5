"""A stand-in for an EHR's sign-in: a real HTTP server that speaks SMART App Launch as an authorisation server does.

It checks what a server has to check (PKCE, the redirect, one use of each code) and can be told to misbehave.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

CLIENT_ID = "wardlight"
KEY_ID = "key-1"


@dataclass
class EhrSignIn:
    """The server, what its user is looking at, and what it shall do wrong."""

    address: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP384R1()))
    context: dict[str, Any] = field(default_factory=dict)  # what the token response carries beside the tokens
    configured: dict[str, Any] = field(default_factory=dict)  # members of smart-configuration to put otherwise
    claims: dict[str, Any] = field(default_factory=dict)  # members of the id_token to put otherwise
    header: dict[str, Any] = field(default_factory=dict)
    signs_with: Any = None  # another key than the published one
    redirects_to: str = ""  # answer the token request with a redirect
    granted: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/jwks",
            "capabilities": ["launch-ehr", "client-public", "context-ehr-patient", "sso-openid-connect"],
            "code_challenge_methods_supported": ["S256"],
            **self.configured,
        }

    def jwks(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": KEY_ID, "use": "sig", "alg": "ES384"}]}

    def authorize(self, location: str) -> str:
        """What the user's browser does at the EHR: it is sent back with a code."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert asked["aud"] == self.address
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        code = f"code-{len(self.granted)}"
        self.granted[code] = asked
        return f"{urlsplit(asked['redirect_uri']).path}?code={code}&state={asked['state']}"

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        asked = self.granted.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        same = asked is not None and all(form.get(name) == asked[name] for name in ("redirect_uri", "client_id"))
        if asked is None or not same or challenge != asked["code_challenge"]:
            return None
        tokens = {"access_token": "canary-access-token", "token_type": "Bearer", "expires_in": 300, "scope": asked["scope"]}
        return {**tokens, "id_token": self.id_token(asked["nonce"]), **self.context}

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.address, "aud": CLIENT_ID, "sub": "alice", "iat": now, "exp": now + 300, "nonce": nonce,
            "fhirUser": f"{self.address}/Practitioner/alice", **self.claims,
        }  # fmt: skip
        header = {"kid": KEY_ID, **self.header}
        algorithm = header.pop("alg", "ES384")
        told = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(told, self.signs_with or self.key, algorithm=algorithm, headers=header)


@contextmanager
def standing_ehr() -> Iterator[EhrSignIn]:
    """The server, on a free port of this machine, for as long as the block lasts."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            ehr.asked.append(self.path)
            found = {"/.well-known/smart-configuration": ehr.configuration, "/jwks": ehr.jwks}.get(self.path)
            self._send(200 if found else 404, found() if found else {})

        def do_POST(self) -> None:
            ehr.asked.append(self.path)
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if ehr.redirects_to:
                self.send_response(307)
                self.send_header("Location", ehr.redirects_to)
                self.end_headers()
                return
            told = ehr.token({name: values[0] for name, values in parse_qs(sent).items()})
            self._send(200 if told else 400, told or {"error": "invalid_grant"})

        def _send(self, status: int, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002  the library's name
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    ehr = EhrSignIn(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield ehr
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
