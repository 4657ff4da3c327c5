"""The only way out of this room: JSON from an address that was checked, at a place on the network that was checked.

The name is looked up once and the connection goes to what was found, so that a second look-up cannot lead elsewhere. An EHR
may well stand in a private network; loopback and link-local places, where a cloud keeps its secrets, are never asked.
No redirect is followed, and no more is read than a sign-in needs.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import socket
import ssl
from typing import Any
from urllib.parse import urlencode, urlsplit

from predictions.smart.errors import CodeRefusedError, ConfigurationRefusedError, EhrNotReachedError
from predictions.smart.issuers import LOOPBACK, Issuer, checked

SECONDS = 10
MOST_BYTES = 262_144
_OK, _REFUSED = 200, range(400, 500)


def get_json(issuer: Issuer, address: str) -> dict[str, Any]:
    return _asked(issuer, address, "GET", None)


def post_form(issuer: Issuer, address: str, form: dict[str, str]) -> dict[str, Any]:
    return _asked(issuer, address, "POST", urlencode(form))


def _asked(issuer: Issuer, address: str, method: str, body: str | None) -> dict[str, Any]:
    parts = urlsplit(checked(issuer, address))
    headers = {"Accept": "application/json", "User-Agent": "Wardlight"}
    if body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    link = _Pinned(parts.scheme, parts.hostname or "", parts.port)
    try:
        link.request(method, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body=body, headers=headers)
        answer = link.getresponse()
        status, content = answer.status, answer.read(MOST_BYTES + 1)
    except (OSError, http.client.HTTPException) as error:
        raise EhrNotReachedError from error
    finally:
        link.close()
    if status in _REFUSED:
        raise CodeRefusedError
    if status != _OK:
        raise EhrNotReachedError
    return _object(content)


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content) if len(content) <= MOST_BYTES else None
    except (ValueError, RecursionError) as error:
        raise ConfigurationRefusedError from error
    if not isinstance(found, dict):
        raise ConfigurationRefusedError
    return found


class _Pinned(http.client.HTTPConnection):
    """Connects to the place that was looked up and checked; the certificate is still that of the host's name."""

    def __init__(self, scheme: str, host: str, port: int | None) -> None:
        super().__init__(host, port or (443 if scheme == "https" else 80), timeout=SECONDS)
        self._over_tls = scheme == "https"

    def connect(self) -> None:
        link = socket.create_connection((self._place(), self.port), timeout=SECONDS)
        if self._over_tls:
            link = ssl.create_default_context().wrap_socket(link, server_hostname=self.host)
        self.sock = link

    def _place(self) -> str:
        if self.host in LOOPBACK:
            return "127.0.0.1"
        found = {str(answer[4][0]) for answer in socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)}
        if not found or not all(may_stand_at(place) for place in found):
            raise ConfigurationRefusedError
        return min(found)


def may_stand_at(place: str) -> bool:
    """Anywhere but this machine, its neighbours by wire, and nowhere; also in IPv6's clothes."""
    found = ipaddress.ip_address(place.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None) or found
    return not any(
        one.is_loopback or one.is_link_local or one.is_multicast or one.is_unspecified or one.is_reserved
        for one in (found, inner)
    )
