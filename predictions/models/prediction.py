"""Predictions: what one model version said of one encounter from one set of inputs. Never changed, never deleted."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from clinical.models import Encounter
from predictions.models.model_version import FeatureSchema, ModelVersion


class Prediction(models.Model):
    """A score with the features and factors of its moment, so that the page can always show what was believed then."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # the constraint and the index below begin with the encounter; nothing is looked up by the other two
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="predictions", db_index=False)
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="predictions", db_index=False)
    feature_schema = models.ForeignKey(FeatureSchema, on_delete=models.PROTECT, related_name="+", db_index=False)
    features_sha256 = models.CharField(max_length=64)
    feature_values = ArrayField(models.FloatField(null=True), help_text="In the order of the schema; null = missing.")
    input_flags = ArrayField(
        models.CharField(max_length=80),
        default=list,
        blank=True,
        help_text="What was unusual in the record.",
    )
    factors = ArrayField(models.FloatField(), help_text="Additive parts of the probability, one a feature, in the same order.")
    base_probability = models.FloatField(help_text="What the factors are added to.")
    risk_probability = models.FloatField()
    risk_low = models.FloatField(help_text="95 % interval, lower end.")
    risk_high = models.FloatField(help_text="95 % interval, upper end.")
    band = models.CharField(max_length=12)
    as_of = models.DateTimeField(help_text="Nothing later than this was looked at.")
    scored_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="prediction_once_for_the_same_inputs", fields=("encounter", "model_version", "features_sha256")
            ),
            models.CheckConstraint(
                name="prediction_probabilities_in_range",
                condition=Q(risk_probability__range=(0, 1), risk_low__range=(0, 1), risk_high__range=(0, 1)),
            ),
        )
        indexes = (models.Index(name="prediction_by_encounter", fields=("encounter", "-scored_at")),)

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_void(self) -> bool:
        """Whether it was withdrawn and not given back."""
        return self.voids.filter(taken_back_at__isnull=True).exists()
