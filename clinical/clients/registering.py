"""Registering, granting, rotating and revoking: what administrators do to a client, each with its audit row."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from oauth2_provider.models import get_access_token_model, get_application_model

from clinical import audit
from clinical.clients.keys import keys_in
from clinical.clients.scopes import is_scope
from clinical.errors import FactsRefusedError, Fault
from clinical.models import CareUnit, EhrClient, EhrCredential, EhrGrant, StaffMembership, User
from clinical.models.staff import Role

OVERLAP = timedelta(days=7)
_CONFIDENTIAL, _CLIENT_CREDENTIALS = "confidential", "client-credentials"


@dataclass(frozen=True)
class Issued:
    """A new credential. The secret is told once and kept only as a hash."""

    credential: EhrCredential
    client_id: str
    secret: str


def register(*, name: str, by: User | None) -> EhrClient:
    """A system with a user of its own, and no way in yet."""
    with transaction.atomic():
        user = User.objects.create(username=_free_username(name))
        user.set_unusable_password()
        user.save(update_fields=["password"])
        client = EhrClient.objects.create(user=user, name=name)
        audit.record(actor=by, verb="ehr_client.registered", subject_type="ehr_client", subject_id=client.public_id)
    return client


def admit(*, name: str, by: User | None) -> Issued:
    """Registered, with its first id and secret."""
    with transaction.atomic():
        return issue(client=register(name=name, by=by), by=by)


def set_keys(*, client: EhrClient, jwks: dict[str, Any] | None, jwks_url: str, issuer: str, by: User | None) -> None:
    """How it signs: the public keys themselves, or where they are; and what it calls itself in CDS Hooks."""
    with transaction.atomic():
        client.jwks, client.jwks_url, client.issuer = jwks, jwks_url, issuer
        client.save(update_fields=["jwks", "jwks_url", "issuer"])
        detail = {"keys": [key.key_id or "unnamed" for key in keys_in(jwks)], "jwks_url": jwks_url, "issuer": issuer}
        audit.record(
            actor=by, verb="ehr_client.keys_set", subject_type="ehr_client", subject_id=client.public_id, detail=detail
        )


def grant(*, client: EhrClient, unit: CareUnit, scopes: Collection[str], by: User | None) -> None:
    """These scopes on this ward from now on; others there end."""
    unknown = sorted(scope for scope in scopes if not is_scope(scope))
    if unknown:
        raise FactsRefusedError([Fault("scope", f"is no scope: {scope}") for scope in unknown])
    with transaction.atomic():
        held = EhrGrant.objects.filter(client=client, unit=unit, ended_at__isnull=True)
        held.exclude(scope__in=scopes).update(ended_at=timezone.now())
        lacking = set(scopes) - set(held.values_list("scope", flat=True))
        EhrGrant.objects.bulk_create([EhrGrant(client=client, unit=unit, scope=scope) for scope in sorted(lacking)])
        _keep_membership(client.user, unit, is_member=bool(scopes))
        detail = {"unit": unit.public_id, "scopes": sorted(scopes)}
        audit.record(actor=by, verb="ehr_client.granted", subject_type="ehr_client", subject_id=client.public_id, detail=detail)


def issue(
    *,
    client: EhrClient,
    by: User | None,
    overlap: timedelta = OVERLAP,
    client_id: str | None = None,
    secret: str | None = None,
) -> Issued:
    """A new credential; those before it still count for `overlap`, so that nobody is locked out while it is handed over."""
    now = timezone.now()
    told = secret or secrets.token_urlsafe(32)
    with transaction.atomic():
        client.credentials.filter(ends_at__isnull=True).update(ends_at=now + overlap)
        named = {"client_id": client_id} if client_id else {}
        application = get_application_model().objects.create(
            name=client.name,
            client_type=_CONFIDENTIAL,
            authorization_grant_type=_CLIENT_CREDENTIALS,
            client_secret=told,
            **named,
        )
        credential = EhrCredential.objects.create(application=application, client=client, issued_at=now)
        detail = {"credential": application.client_id, "overlap_hours": int(overlap.total_seconds() // 3600)}
        audit.record(actor=by, verb="ehr_client.issued", subject_type="ehr_client", subject_id=client.public_id, detail=detail)
    return Issued(credential, application.client_id, told)


def revoke(*, credential: EhrCredential, by: User | None) -> None:
    """From now on: the id and secret, and every token that was given for them."""
    with transaction.atomic():
        credential.ends_at = timezone.now()
        credential.save(update_fields=["ends_at"])
        get_access_token_model().objects.filter(application=credential.application).delete()
        detail = {"credential": credential.application.client_id}
        subject = credential.client.public_id
        audit.record(actor=by, verb="ehr_client.revoked", subject_type="ehr_client", subject_id=subject, detail=detail)


def switch_off(*, client: EhrClient, by: User | None) -> None:
    """The whole client, at once."""
    with transaction.atomic():
        client.is_active = False
        client.save(update_fields=["is_active"])
        applications = client.credentials.values("application")
        get_access_token_model().objects.filter(application__in=applications).delete()
        audit.record(actor=by, verb="ehr_client.switched_off", subject_type="ehr_client", subject_id=client.public_id)


def token_for(client: EhrClient, *, scopes: Iterable[str], until: datetime | None = None) -> str:
    """A token without the round over the token endpoint, for what this software itself asks of its doors."""
    credential = client.credentials.in_force().first() or issue(client=client, by=None).credential
    token = secrets.token_urlsafe(32)
    expires = until or timezone.now() + timedelta(seconds=settings.TOKEN_SECONDS)
    given = get_access_token_model()(application=credential.application, scope=" ".join(scopes), expires=expires)
    given._raw_token = token  # noqa: SLF001  the library's way to keep the digest alone
    given.save()
    return token


def _keep_membership(user: User, unit: CareUnit, *, is_member: bool) -> None:
    held = StaffMembership.objects.filter(user=user, unit=unit, role=Role.EHR_CLIENT, ended_at__isnull=True)
    if is_member and not held.exists():
        StaffMembership.objects.create(user=user, unit=unit, role=Role.EHR_CLIENT)
    elif not is_member:
        held.update(ended_at=timezone.now())


def _free_username(name: str) -> str:
    return f"ehr-{''.join(letter for letter in name.lower() if letter.isalnum())[:40]}-{secrets.token_hex(3)}"
