"""Who decided what about a version, and which version held office when. Both are only ever added to."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from clinical.models import User
from predictions.models import ModelVersion


class DecisionKind(models.TextChoices):
    """What was decided."""

    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"


class Decision(models.Model):
    """One person's decision, with the seal of the evidence that it rests on."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=10, choices=DecisionKind.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    evidence_seal = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="An approval may hold for a time only.")

    class Meta:
        ordering = ("-at",)
        constraints = (
            models.CheckConstraint(name="decision_kind_known", condition=Q(kind__in=DecisionKind.values)),
            models.CheckConstraint(name="decision_has_a_reason", condition=~Q(reason="")),
        )

    def __str__(self) -> str:
        return f"{self.version} {self.get_kind_display().lower()} by {self.by}"


class TenureKind(models.TextChoices):
    """How a version came into office."""

    PROMOTION = "promotion", "Promotion"
    ROLLBACK = "rollback", "Rollback"
    AUTOMATIC = "automatic", "Automatic promotion"


class Tenure(models.Model):
    """From this moment the version is the champion, until the next tenure of the same name begins."""

    name = models.CharField(max_length=40)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="tenures")
    began_at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=10, choices=TenureKind.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("-began_at", "-pk")
        indexes = (models.Index(name="tenure_by_time", fields=("name", "-began_at")),)
        constraints = (models.CheckConstraint(name="tenure_kind_known", condition=Q(kind__in=TenureKind.values)),)

    def __str__(self) -> str:
        return f"{self.version} from {self.began_at:%Y-%m-%d %H:%M}"
