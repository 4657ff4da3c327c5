"""The token endpoint's rules: client credentials alone, by secret (RFC 6749, 2.3.1) or by signed assertion (RFC 7523, 2.2)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.common import Request

from clinical import audit
from clinical.clients.assertions import JWT_BEARER, AssertionRefusedError, credential_that_signed
from clinical.clients.scopes import covers
from clinical.models import EhrCredential, EhrGrant

CLIENT_CREDENTIALS = "client_credentials"
ADDRESS = "wardlight.token_address"  # among the headers of the library's request; no header from outside can bear this name


class ClientValidator(OAuth2Validator):  # type: ignore[misc]  # the library carries no types
    """Who asks, by which credential, and which of the scopes asked for they hold anywhere."""

    def client_authentication_required(self, request: Request, *_args: Any, **_kwargs: Any) -> bool:
        return True

    def authenticate_client(self, request: Request, *_args: Any, **_kwargs: Any) -> bool:
        sent = dict(request.decoded_body or [])
        if "client_assertion_type" in sent or "client_assertion" in sent:
            return sent.get("client_assertion_type") == JWT_BEARER and self._by_assertion(request, sent)
        if not super().authenticate_client(request):
            return False
        return EhrCredential.objects.in_force().filter(application_id=request.client.pk).exists()

    def authenticate_client_id(self, client_id: str, request: Request, *_args: Any, **_kwargs: Any) -> bool:
        return False  # nobody without a secret or a key

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: Any, request: Request, *_args: Any, **_kwargs: Any
    ) -> bool:
        return grant_type == CLIENT_CREDENTIALS

    def validate_scopes(
        self, client_id: str, scopes: list[str], client: Any, request: Request, *_args: Any, **_kwargs: Any
    ) -> bool:
        held = _held(client)
        return bool(scopes) and all(covers(held, scope) for scope in scopes)

    def get_default_scopes(self, client_id: str, request: Request, *_args: Any, **_kwargs: Any) -> list[str]:
        return sorted(_held(request.client))

    def save_bearer_token(self, token: dict[str, Any], request: Request, *args: Any, **kwargs: Any) -> None:
        """With the day of its use, and in the audit log."""
        with transaction.atomic():
            super().save_bearer_token(token, request, *args, **kwargs)
            credential = EhrCredential.objects.select_related("client__user").get(application_id=request.client.pk)
            EhrCredential.objects.filter(pk=credential.pk).update(used_at=timezone.now())
            detail = {"credential": request.client.client_id, "scope": token["scope"]}
            audit.record(
                actor=credential.client.user, verb="ehr_client.token_given", subject_type="ehr_client",
                subject_id=credential.client.public_id, detail=detail,
            )  # fmt: skip

    def revoke_token(self, token: str, token_type_hint: str, request: Request, *args: Any, **kwargs: Any) -> None:
        """Its own tokens alone, and in the audit log (RFC 7009)."""
        with transaction.atomic():
            super().revoke_token(token, token_type_hint, request, *args, **kwargs)
            client = EhrCredential.objects.select_related("client__user").get(application_id=request.client.pk).client
            audit.record(
                actor=client.user, verb="ehr_client.token_returned", subject_type="ehr_client", subject_id=client.public_id,
                detail={"credential": request.client.client_id},
            )  # fmt: skip

    def _load_application(self, client_id: str, request: Request) -> Any:
        """An id that the database could not even look for belongs to nobody."""
        return super()._load_application(client_id, request) if client_id.isprintable() else None

    def _by_assertion(self, request: Request, sent: dict[str, str]) -> bool:
        audience = str(request.headers[ADDRESS])
        try:
            credential = credential_that_signed(str(sent.get("client_assertion", "")), audience=audience)
        except AssertionRefusedError:
            return False
        request.client = credential.application
        request.client_id = credential.application.client_id
        return True


def _held(application: Any) -> set[str]:
    in_force = EhrGrant.objects.filter(client__credentials__application=application, ended_at__isnull=True, unit__is_open=True)
    return set(in_force.values_list("scope", flat=True))
