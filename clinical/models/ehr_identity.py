"""Who of an EHR's users is who of ours: written by administrators, and never made by a sign-in."""

from __future__ import annotations

import uuid

from django.core.validators import RegexValidator
from django.db import models

from clinical.models.staff import User


class EhrIdentity(models.Model):
    """One user of one EHR, by the reference that its sign-in states (`fhirUser`), and the account that is meant."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    issuer = models.CharField(
        max_length=200,
        validators=[RegexValidator(r"^https?://[^/\s].*[^/\s]$", "An address without a slash at its end.")],
        help_text="The EHR's FHIR address, as in WARDLIGHT_SMART_ISSUERS.",
    )
    fhir_user = models.CharField(
        "FHIR user",
        max_length=128,
        validators=[RegexValidator(r"^(Practitioner|PractitionerRole)/[A-Za-z0-9\-.]{1,64}$", "As in Practitioner/123.")],
        help_text="As in Practitioner/123.",
    )
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="ehr_identities")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("issuer", "fhir_user")
        verbose_name_plural = "EHR identities"
        constraints = (models.UniqueConstraint(name="ehr_identity_once", fields=("issuer", "fhir_user")),)

    def __str__(self) -> str:
        return f"{self.fhir_user} is {self.user}"
