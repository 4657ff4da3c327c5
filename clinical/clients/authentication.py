"""How a system says who it is at a door: a bearer token, and nothing else. No cookie opens a door for systems."""

from __future__ import annotations

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from clinical.clients.access import ClientAccess, access_by, access_of
from clinical.clients.addresses import address_of
from clinical.clients.assertions import LONGEST_ASSERTION, AssertionRefusedError, caller_who_signed
from clinical.models import User

NOT_GOOD = "The token is unknown, has expired, or was revoked."
CDS_CALL = "cds.call"
LONGEST_TOKEN = 512


class ClientAuthentication(BaseAuthentication):
    """The access token of the token endpoint."""

    def authenticate(self, request: Request) -> tuple[User, ClientAccess] | None:
        kind, _space, sent = get_authorization_header(request).partition(b" ")
        if kind.lower() != b"bearer":
            return None
        if not sent.isascii():
            raise AuthenticationFailed(NOT_GOOD)
        access = self.access(request, sent.decode("ascii").strip())
        if access is None:
            raise AuthenticationFailed(NOT_GOOD)
        return access.client.user, access

    def authenticate_header(self, request: Request) -> str:
        """Makes the refusal a 401, as RFC 6750, section 3 has it."""
        return 'Bearer realm="wardlight"'

    def access(self, request: Request, token: str) -> ClientAccess | None:
        return access_of(token) if 0 < len(token) <= LONGEST_TOKEN else None


class HookAuthentication(ClientAuthentication):
    """An access token, or what CDS Hooks 2.0 has an EHR send: a JWT that it signed for this one address."""

    def access(self, request: Request, token: str) -> ClientAccess | None:
        if token.count(".") != 2 or len(token) > LONGEST_ASSERTION:  # noqa: PLR2004  a JWT has three parts
            return super().access(request, token)
        try:
            client = caller_who_signed(token, audience=address_of(request, request.path))
        except AssertionRefusedError as error:
            raise AuthenticationFailed(str(error)) from error
        return access_by(client, scopes=[CDS_CALL])
