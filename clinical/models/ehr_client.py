"""EHR clients: which system may come in, with which credentials, and what it may do on which ward. Ended, never deleted."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from clinical.models.staff import User
from clinical.models.unit import CareUnit


class EhrClient(models.Model):
    """One system. Its user is the actor of everything it does; it can sign in nowhere."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="ehr_client")
    name = models.CharField(max_length=80, unique=True)
    is_active = models.BooleanField(default=True)
    registered_at = models.DateTimeField(default=timezone.now)
    jwks = models.JSONField("public keys", null=True, blank=True, help_text="A JWK Set, where the client signs its requests.")
    jwks_url = models.URLField(
        "address of its keys", max_length=200, blank=True, help_text="https; its host must be in WARDLIGHT_JWKS_HOSTS."
    )
    issuer = models.URLField(max_length=200, blank=True, help_text="`iss` of its CDS Hooks tokens, where it sends any.")

    class Meta:
        verbose_name = "EHR client"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class EhrGrant(models.Model):
    """One scope on one ward."""

    client = models.ForeignKey(EhrClient, on_delete=models.PROTECT, related_name="grants")
    unit = models.ForeignKey(CareUnit, on_delete=models.PROTECT, related_name="+")
    scope = models.CharField(max_length=60)
    granted_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("unit__name", "scope")
        constraints = (
            models.UniqueConstraint(
                name="ehr_grant_once_while_in_force", fields=("client", "unit", "scope"), condition=Q(ended_at__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.scope} on {self.unit}"


class CredentialQuerySet(models.QuerySet["EhrCredential"]):
    """Many credentials."""

    def in_force(self, now: datetime | None = None) -> Self:
        now = now or timezone.now()
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), client__is_active=True, client__user__is_active=True)


class EhrCredential(models.Model):
    """One id and secret of a client. While a new one is handed over the old one still counts, until the end it was given."""

    application = models.OneToOneField("oauth2_provider.Application", on_delete=models.PROTECT, related_name="ehr_credential")
    client = models.ForeignKey(EhrClient, on_delete=models.PROTECT, related_name="credentials")
    issued_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField("last used", null=True, blank=True, help_text="When a token was last given for it.")

    objects = CredentialQuerySet.as_manager()

    class Meta:
        ordering = ("-issued_at",)

    def __str__(self) -> str:
        return f"credential of {self.client}"

    @property
    def is_in_force(self) -> bool:
        return self.ends_at is None or self.ends_at > timezone.now()


class UsedAssertion(models.Model):
    """A signed request's number (`jti`), kept for as long as it could be sent again."""

    issuer = models.CharField(max_length=200)
    jti = models.CharField(max_length=200)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(name="used_assertion_once", fields=("issuer", "jti")),)

    def __str__(self) -> str:
        return self.jti
