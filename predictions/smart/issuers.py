"""Which EHRs may launch, and which of their addresses may be asked: the operator's list, and nothing that a request says."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from predictions.smart.errors import ConfigurationRefusedError, UnknownIssuerError

LOOPBACK = frozenset({"127.0.0.1", "localhost"})


@dataclass(frozen=True)
class Issuer:
    """One EHR: the address of its FHIR server, and what it calls us."""

    address: str
    client_id: str

    def may_be_asked(self, address: str) -> bool:
        """Over TLS, at the EHR's own host or one that the operator lists; loopback in demonstration and tests alone."""
        try:
            asked, own = urlsplit(address), urlsplit(self.address)
            host, _port = asked.hostname or "", asked.port
        except ValueError:
            return False
        if asked.username or asked.password or asked.fragment or host not in {own.hostname, *settings.SMART_HOSTS}:
            return False
        if host in LOOPBACK:
            return settings.LOOPBACK_WEBHOOKS and asked.scheme == "http"
        return asked.scheme == "https"


def issuer_at(address: str) -> Issuer:
    """The listed EHR with exactly this address, with or without its last slash."""
    wanted = address.rstrip("/")
    client_id = settings.SMART_ISSUERS.get(wanted)
    if client_id is None:
        raise UnknownIssuerError
    return Issuer(wanted, client_id)


def checked(issuer: Issuer, address: object) -> str:
    """An address that the EHR named for itself."""
    if not isinstance(address, str) or not issuer.may_be_asked(address):
        raise ConfigurationRefusedError
    return address
