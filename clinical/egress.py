"""The way out to an address that somebody typed in: over TLS to a listed host, at a place of the public network.

The name is looked up once and the connection goes to what was found, so that no second look-up can lead elsewhere. No redirect
is followed, no more is read than was asked for, and no answer is waited for longer than was said.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

LOOPBACK = frozenset({"127.0.0.1", "localhost"})
_HTTP_PORT, _HTTPS_PORT = 80, 443
_PIECE = 16_384


class AddressRefusedError(Exception):
    """The address is not one that may be asked (https, a listed host, a public address)."""


@dataclass(frozen=True)
class Target:
    """An address that may be asked."""

    scheme: str
    host: str
    port: int
    path: str


@dataclass(frozen=True)
class Answer:
    """What came back; `content` is at most one byte longer than what was to be read."""

    status: int
    content: bytes


def target_at(address: str, *, hosts: Collection[str]) -> Target:
    """The address taken apart, or a refusal. Loopback counts in the demonstration and in tests alone."""
    try:
        split = urlsplit(address)
        host, port = split.hostname or "", split.port
    except ValueError as error:
        raise AddressRefusedError from error
    path = (split.path or "/") + (f"?{split.query}" if split.query else "")
    if split.username or split.password or not host or not _is_plain(address):
        raise AddressRefusedError
    if settings.LOOPBACK_WEBHOOKS and host in LOOPBACK and split.scheme == "http":
        return Target("http", "127.0.0.1", port or _HTTP_PORT, path)
    if split.scheme != "https" or host not in hosts:
        raise AddressRefusedError
    return Target("https", host, port or _HTTPS_PORT, path)


def _is_plain(address: str) -> bool:
    """No characters that one reader of addresses drops and another does not."""
    return address.isascii() and address.isprintable() and " " not in address and "\\" not in address


def ask(
    target: Target, method: str, *, body: bytes | None = None, headers: dict[str, str], seconds: float, most_bytes: int = 0
) -> Answer:
    """One request and its answer. OSError or HTTPException where there was none in time; AddressRefusedError by its place."""
    link, until = _Pinned(target, seconds), time.monotonic() + seconds
    try:
        link.request(method, target.path, body=body, headers=headers)
        answer = link.getresponse()
        return Answer(answer.status, _read(answer, most_bytes + 1, until) if most_bytes else b"")
    finally:
        link.close()


def _read(answer: http.client.HTTPResponse, most: int, until: float) -> bytes:
    """Piece by piece: each is waited for, and all of them together, so that a trickle ends too."""
    found = b""
    while len(found) < most and (piece := answer.read1(min(_PIECE, most - len(found)))):
        found += piece
        if time.monotonic() > until:
            raise TimeoutError
    return found


class _Pinned(http.client.HTTPConnection):
    """Connects to the address that was looked up and checked; the certificate is still that of the host's name."""

    def __init__(self, target: Target, seconds: float) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        self._target, self._seconds = target, seconds

    def connect(self) -> None:
        link = socket.create_connection((_place(self._target), self._target.port), timeout=self._seconds)
        if self._target.scheme == "https":
            link = ssl.create_default_context().wrap_socket(link, server_hostname=self._target.host)
        self.sock = link


def _place(target: Target) -> str:
    """Every address of the name has to be a public one: with one bad among them, the name is not trusted at all."""
    if target.scheme == "http":
        return target.host
    found = {str(answer[4][0]) for answer in socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)}
    if not found or not all(is_public(address) for address in found):
        raise AddressRefusedError
    return min(found)


def is_public(address: str) -> bool:
    """False for private, loopback, link-local (cloud metadata) and other special addresses, also in IPv6's clothes."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None) or found
    return bool(found.is_global and inner.is_global and not found.is_multicast)
