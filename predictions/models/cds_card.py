"""CDS Hooks cards: which card an EHR was given about which score, and what its users did with it. Added to, never changed."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from clinical.models import Encounter, User
from predictions.models.prediction import Prediction


class CdsCard(models.Model):
    """One card, as answered to one call. Its uuid is what feedback names; the prediction is the trace through all of it."""

    uuid = models.UUIDField(unique=True, editable=False)
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="cds_cards")
    prediction = models.ForeignKey(Prediction, on_delete=models.PROTECT, related_name="cds_cards", null=True, blank=True)
    not_scored_reason = models.CharField(max_length=160, blank=True)
    client = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    service = models.CharField(max_length=64)
    hook = models.CharField(max_length=64)
    hook_instance = models.UUIDField()
    shown_to = models.CharField(max_length=128, help_text="The EHR's own reference to its user: Practitioner/123.")
    indicator = models.CharField(max_length=8)
    suggested = ArrayField(models.CharField(max_length=20), default=list, blank=True, help_text="Kinds of follow-up offered.")
    shown_at = models.DateTimeField()

    class Meta:
        ordering = ("shown_at", "pk")
        constraints = (
            models.CheckConstraint(name="cds_card_never_critical", condition=Q(indicator__in=["info", "warning"])),
            models.CheckConstraint(
                name="cds_card_tells_a_score_or_why_not",
                condition=Q(prediction__isnull=False, not_scored_reason="")
                | (Q(prediction__isnull=True) & ~Q(not_scored_reason="")),
            ),
        )

    def __str__(self) -> str:
        return str(self.uuid)


class CdsOutcome(models.TextChoices):
    """What became of a card at the EHR's screen; a card that was ignored is not reported."""

    ACCEPTED = "accepted", "Suggestion accepted"
    OVERRIDDEN = "overridden", "Dismissed"


class CdsFeedback(models.Model):
    """What one user did with one card. The same report sent again is the same row."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    card = models.ForeignKey(CdsCard, on_delete=models.PROTECT, related_name="feedback")
    outcome = models.CharField(max_length=10, choices=CdsOutcome.choices)
    accepted = ArrayField(models.CharField(max_length=20), default=list, blank=True, help_text="Kinds of follow-up accepted.")
    reason_system = models.CharField(max_length=200, blank=True)
    reason_code = models.CharField(max_length=100, blank=True)
    comment = models.CharField(max_length=1000, blank=True, help_text="Free text of a clinician: may name a patient.")
    outcome_at = models.DateTimeField(help_text="When the user acted, as the EHR tells it.")
    received_at = models.DateTimeField()
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of what was reported.")

    class Meta:
        ordering = ("outcome_at", "pk")
        constraints = (
            models.UniqueConstraint(name="cds_feedback_once", fields=("card", "fingerprint")),
            models.CheckConstraint(name="cds_feedback_outcome_known", condition=Q(outcome__in=CdsOutcome.values)),
        )

    def __str__(self) -> str:
        return str(self.public_id)
