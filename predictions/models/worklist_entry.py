"""Worklist entries: the newest risk beside each encounter, kept so that ranking a ward reads one index and not a join.

An entry without a prediction says why; it is also the queue of what waits to be scored.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from clinical.models import CareUnit, Encounter
from predictions.models.prediction import Prediction


class WorklistEntry(models.Model):
    """One row of the list, one for each encounter."""

    encounter = models.OneToOneField(Encounter, on_delete=models.PROTECT, related_name="worklist_entry", primary_key=True)
    # the indexes below begin with the unit
    unit = models.ForeignKey(CareUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    prediction = models.ForeignKey(
        Prediction, on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    # what the list sorts and filters by, copied from the rows it belongs to
    risk_probability = models.FloatField(null=True, blank=True)
    band = models.CharField(max_length=12, blank=True)
    # put into words when the score is made: fifty explanations are too much work for a page
    reasons = ArrayField(models.TextField(), default=list, blank=True)
    not_scored_reason = models.CharField(max_length=160, blank=True)
    waits_for_score = models.BooleanField(default=False)
    admitted_at = models.DateTimeField()
    discharged_at = models.DateTimeField(null=True, blank=True)
    follow_up_state = models.CharField(max_length=12, blank=True)
    follow_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="worklist_scored_or_says_why",
                condition=Q(prediction__isnull=False, risk_probability__isnull=False, not_scored_reason="")
                | (Q(prediction__isnull=True, risk_probability__isnull=True) & ~Q(not_scored_reason="")),
            ),
        )
        indexes = (
            models.Index(
                name="worklist_by_risk",
                fields=("unit", "-risk_probability", "encounter"),
            ),
            models.Index(
                name="worklist_ward_by_risk",
                fields=("unit", "-risk_probability", "encounter"),
                condition=Q(discharged_at__isnull=True),
            ),
            models.Index(name="worklist_by_discharge", fields=("unit", "-discharged_at")),
            models.Index(name="worklist_waiting", fields=("encounter",), condition=Q(waits_for_score=True)),
        )

    def __str__(self) -> str:
        return f"entry of {self.encounter_id}"
