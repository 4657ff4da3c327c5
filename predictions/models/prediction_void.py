"""Scores that no longer hold, because what they were made from turned out not to be so. The score itself stays as it was."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from predictions.models.prediction import Prediction


class VoidReason(models.TextChoices):
    """Why a score no longer holds."""

    DISCHARGE_CANCELLED = "discharge_cancelled", "The discharge was cancelled"
    ENTERED_IN_ERROR = "entered_in_error", "The stay was entered in error"


class PredictionVoid(models.Model):
    """One withdrawal of one score; taken back when the same facts are told again and give the same score."""

    prediction = models.ForeignKey(Prediction, on_delete=models.PROTECT, related_name="voids")
    reason = models.CharField(max_length=20, choices=VoidReason.choices)
    voided_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="prediction_void_once_at_a_time", fields=("prediction",), condition=Q(taken_back_at__isnull=True)
            ),
            models.CheckConstraint(name="prediction_void_reason_known", condition=Q(reason__in=VoidReason.values)),
        )

    def __str__(self) -> str:
        return f"{self.prediction_id}: {self.get_reason_display()}"
