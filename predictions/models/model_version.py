"""Model versions: what was trained, on what, how well it did, and which one is the champion."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from clinical.models import User

MODEL_NAME = "readmission-30d"


class FeatureSchema(models.Model):
    """One definition of the features, kept so that a stored row of numbers can be read for ever."""

    hash = models.CharField(max_length=64, primary_key=True)
    version = models.CharField(max_length=16)
    definition = models.JSONField(help_text="Name, label, unit, values, range, missing rule of each feature, in order.")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.version} ({self.hash[:12]})"


class ModelStatus(models.TextChoices):
    """Where a version is in its life."""

    CANDIDATE = "candidate", "Candidate"
    APPROVED = "approved", "Approved"
    CHAMPION = "champion", "Champion"
    RETIRED = "retired", "Retired"
    REJECTED = "rejected", "Rejected"


class ModelVersion(models.Model):
    """One trained artefact. Everything but its status is written once."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=40, default=MODEL_NAME)
    number = models.PositiveIntegerField()
    engine = models.CharField(max_length=24)
    artefact_sha256 = models.CharField(max_length=64)
    signature = models.CharField(
        max_length=128, blank=True, help_text="Ed25519, over name, artefact, schema and bands; hexadecimal."
    )
    signed_with = models.CharField(max_length=16, blank=True, help_text="The first digits of the public key's SHA-256.")
    feature_schema = models.ForeignKey(FeatureSchema, on_delete=models.PROTECT, related_name="versions")
    parameters = models.JSONField(default=dict)
    training_data = models.JSONField(default=dict, help_text="Source, digest, rows, patients, protocol and seed.")
    metrics = models.JSONField(default=dict, help_text="On held-out patients; each with its interval where it has one.")
    bands = models.JSONField(default=list, help_text="Risk bands with thresholds and the rate observed on held-out patients.")
    reliability = models.JSONField(
        default=list, help_text="Observed rates with intervals along the score, on held-out patients."
    )
    status = models.CharField(max_length=10, choices=ModelStatus.choices, default=ModelStatus.CANDIDATE)
    trained_at = models.DateTimeField()
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    promoted_at = models.DateTimeField(null=True, blank=True)
    promoted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering = ("name", "-number")
        constraints = (
            models.UniqueConstraint(name="model_version_number_once", fields=("name", "number")),
            models.UniqueConstraint(
                name="model_one_champion_for_each_name", fields=("name",), condition=Q(status=ModelStatus.CHAMPION)
            ),
            models.CheckConstraint(name="model_status_known", condition=Q(status__in=ModelStatus.values)),
        )

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"
