"""The way out to the EHR's sign-in: what it says of itself, and an authorisation request that only this browser can finish."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from predictions.smart import asking
from predictions.smart.errors import ConfigurationRefusedError, LaunchRefusedError
from predictions.smart.issuers import Issuer, checked, issuer_at

SCOPE = "launch openid fhirUser"
LONGEST_LAUNCH = 2048
GOOD_FOR_SECONDS = 600
SESSION_KEY = "smart_launch"


@dataclass(frozen=True)
class Configuration:
    """What an EHR says of its sign-in, as far as it is needed."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


@dataclass(frozen=True)
class Launch:
    """One launch under way: kept in the browser's session and used once."""

    address: str
    state: str
    verifier: str
    nonce: str
    redirect_uri: str
    started_at: float

    def as_session(self) -> dict[str, Any]:
        return asdict(self)

    def finishes(self, state: str) -> bool:
        is_fresh = 0 <= time.time() - self.started_at <= GOOD_FOR_SECONDS
        return is_fresh and secrets.compare_digest(self.state.encode(), state.encode())


def launch_from(kept: object) -> Launch:
    """The launch that this session began."""
    try:
        return Launch(**kept) if isinstance(kept, dict) else _none()
    except TypeError as error:
        raise LaunchRefusedError from error


def _none() -> Launch:
    raise LaunchRefusedError


def begin(*, address: str, launch: str, redirect_uri: str) -> tuple[Launch, str]:
    """A new launch, and where to send the browser. Asks the EHR, so outside of any transaction."""
    issuer = issuer_at(address)
    if not 1 <= len(launch) <= LONGEST_LAUNCH:
        raise LaunchRefusedError
    configuration = configuration_of(issuer)
    begun = Launch(
        address=issuer.address,
        state=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(64),
        nonce=secrets.token_urlsafe(32),
        redirect_uri=redirect_uri,
        started_at=time.time(),
    )
    return begun, f"{configuration.authorization_endpoint}{_joint(configuration)}{urlencode(_request(issuer, begun, launch))}"


def configuration_of(issuer: Issuer) -> Configuration:
    """Read anew each time: an EHR that moves its sign-in is followed at once, and launches are few."""
    told = asking.get_json(issuer, f"{issuer.address}/.well-known/smart-configuration")
    if "S256" not in _listed(told.get("code_challenge_methods_supported")):
        msg = "The EHR's sign-in does not take part in PKCE with S256, without which a launch could be stolen."
        raise ConfigurationRefusedError(msg)
    return Configuration(
        **{name: checked(issuer, told.get(name)) for name in ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")}
    )


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _joint(configuration: Configuration) -> str:
    return "&" if "?" in configuration.authorization_endpoint else "?"


def _request(issuer: Issuer, begun: Launch, launch: str) -> dict[str, str]:
    digest = hashlib.sha256(begun.verifier.encode()).digest()
    return {
        "response_type": "code",
        "client_id": issuer.client_id,
        "redirect_uri": begun.redirect_uri,
        "launch": launch,
        "scope": SCOPE,
        "state": begun.state,
        "nonce": begun.nonce,
        "aud": issuer.address,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
