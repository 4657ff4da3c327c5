"""Notes to a webhook, signed as Standard Webhooks has it: HMAC-SHA256 over id.timestamp.body, one signature for each live key.

The address is an administrator's, and still it is not trusted: https to a listed host, at an address of the public network that
is looked up once and then connected to (so that no second look-up can lead elsewhere), and no redirect is followed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from mlops.errors import NotDeliveredError
from mlops.notifications.base import Note, Receiver

SECONDS = 10
SECRET_PREFIX = "whsec_"  # noqa: S105  how such a secret begins, and none itself
_TAKEN, _TOO_MANY, _SERVER = range(200, 300), 429, 500
_HTTPS_PORT = 443


@dataclass(frozen=True)
class Target:
    """An address that may be sent to."""

    scheme: str
    host: str
    port: int
    path: str


class WebhookNotifier:
    """One POST for one note. Any answer but 2xx is a refusal; 4xx is one for good, but for "too many requests"."""

    def send(self, note: Note, receiver: Receiver) -> None:
        target, body = allowed(receiver.address), note.as_json()
        headers = {"Content-Type": "application/json", "User-Agent": "Wardlight", **signed(note.id, body, receiver.secrets)}
        try:
            status = _post(target, body, headers)
        except (OSError, http.client.HTTPException) as error:
            msg = f"The webhook was not reached ({type(error).__name__})."
            raise NotDeliveredError(msg) from error
        if status not in _TAKEN:
            msg = f"The webhook answered {status}."
            raise NotDeliveredError(msg, permanent=status < _SERVER and status != _TOO_MANY)


def signed(note_id: str, body: bytes, secrets: tuple[str, ...], *, now: int | None = None) -> dict[str, str]:
    """The three headers; a receiver that knows any of the live keys finds a signature that fits."""
    sent_at = str(int(time.time()) if now is None else now)
    content = b".".join([note_id.encode(), sent_at.encode(), body])
    signatures = [base64.b64encode(hmac.new(key_of(secret), content, hashlib.sha256).digest()).decode() for secret in secrets]
    return {
        "webhook-id": note_id, "webhook-timestamp": sent_at,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }  # fmt: skip


def key_of(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(SECRET_PREFIX))


def allowed(address: str) -> Target:
    """The address taken apart, or a refusal for good. Loopback counts in the demonstration and in tests alone."""
    try:
        split = urlsplit(address)
        host, port = split.hostname or "", split.port
    except ValueError as error:
        raise NotDeliveredError(_REFUSED, permanent=True) from error
    path = (split.path or "/") + (f"?{split.query}" if split.query else "")
    if split.username or split.password or not host:
        raise NotDeliveredError(_REFUSED, permanent=True)
    if settings.LOOPBACK_WEBHOOKS and host in {"127.0.0.1", "localhost"} and split.scheme == "http":
        return Target("http", "127.0.0.1", port or 80, path)
    if split.scheme != "https" or host not in settings.WEBHOOK_HOSTS:
        raise NotDeliveredError(_REFUSED, permanent=True)
    return Target("https", host, port or _HTTPS_PORT, path)


def _post(target: Target, body: bytes, headers: dict[str, str]) -> int:
    link = _Pinned(target)
    try:
        link.request("POST", target.path, body=body, headers=headers)
        return link.getresponse().status
    finally:
        link.close()


class _Pinned(http.client.HTTPConnection):
    """Connects to the address that was looked up and checked; the certificate is still that of the host's name."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=SECONDS)
        self._target = target

    def connect(self) -> None:
        link = socket.create_connection((_resolved(self._target), self._target.port), timeout=SECONDS)
        if self._target.scheme == "https":
            link = ssl.create_default_context().wrap_socket(link, server_hostname=self._target.host)
        self.sock = link


def _resolved(target: Target) -> str:
    """Every address of the name has to be a public one: with one bad among them, the name is not trusted at all."""
    if target.scheme == "http":
        return target.host
    found = {str(answer[4][0]) for answer in socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)}
    if not found or not all(is_public(address) for address in found):
        raise NotDeliveredError(_REFUSED, permanent=True)
    return min(found)


def is_public(address: str) -> bool:
    """False for private, loopback, link-local (cloud metadata) and other special addresses, also in IPv6's clothes."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None) or found
    return bool(found.is_global and inner.is_global and not found.is_multicast)


_REFUSED = "The webhook's address is not one that may be sent to (https, a listed host, a public address)."
