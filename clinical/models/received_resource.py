"""Resources as an EHR sent them: kept so that they read back as they were, and so that a later one can correct a stay.

What the model looks at is on the encounter; this is what was said, without its narrative.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from clinical.models.encounter import Encounter
from clinical.models.patient import Patient
from clinical.models.staff import User
from clinical.models.unit import CareUnit


class ReceivedResource(models.Model):
    """One FHIR resource of one client, as it was last sent."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    resource_type = models.CharField(max_length=32)
    sent_id = models.CharField(max_length=64, help_text="The sender's own id; ours where the sender had none.")
    sameness = models.CharField(max_length=64, help_text="SHA-256 of its identifier, or of all of it: what makes it the same.")
    # the ward that a resource without a stay belongs to; one with a stay goes where the stay goes
    unit = models.ForeignKey(CareUnit, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="received", null=True, blank=True)
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="received", null=True, blank=True)
    about = models.CharField(max_length=64, blank=True, help_text="The sender's id of the patient that it is about.")
    body = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    received_at = models.DateTimeField()
    is_in_error = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(name="received_once_by_id", fields=("client", "resource_type", "sent_id")),
            models.CheckConstraint(name="received_has_an_id", condition=~Q(sent_id="")),
        )
        indexes = (
            models.Index(name="received_by_sameness", fields=("client", "resource_type", "sameness")),
            models.Index(name="received_by_person", fields=("client", "about")),
        )

    def __str__(self) -> str:
        return str(self.public_id)
