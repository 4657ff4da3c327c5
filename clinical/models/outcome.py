"""Outcomes: was the patient back within 30 days? Not knowable, and so not stored, before the window and a lag have passed."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from clinical.models.encounter import Encounter


class Readmission(models.TextChoices):
    """What happened after discharge."""

    WITHIN_30_DAYS = "within_30", "Readmitted within 30 days"
    LATER = "later", "Readmitted after 30 days"
    NONE = "none", "No readmission recorded"


class OutcomeQuerySet(models.QuerySet["Outcome"]):
    """Many outcomes at once."""

    def matured(self, as_of: datetime) -> OutcomeQuerySet:
        """Those that may be counted at `as_of`: no figure is ever computed on unripe rows."""
        return self.filter(matures_at__lte=as_of).exclude(readmission="")


class Outcome(models.Model):
    """One encounter's outcome. `readmission` stays empty ("not yet known") until it is reported."""

    encounter = models.OneToOneField(Encounter, on_delete=models.PROTECT, related_name="outcome", primary_key=True)
    readmission = models.CharField(max_length=9, choices=Readmission.choices, blank=True)
    matures_at = models.DateTimeField(help_text="Discharge + 30 days + the reporting lag.")
    reported_at = models.DateTimeField(null=True, blank=True)

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(name="outcome_readmission_known", condition=Q(readmission__in=["", *Readmission.values])),
            models.CheckConstraint(
                name="outcome_reported_with_its_time",
                condition=Q(readmission="", reported_at__isnull=True) | (~Q(readmission="") & Q(reported_at__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return f"outcome of {self.encounter_id}"

    def is_known(self, as_of: datetime) -> bool:
        return bool(self.readmission) and self.matures_at <= as_of
