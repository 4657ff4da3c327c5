"""The evidence about a candidate: what an approver reads, sealed so that it stays what was read."""

from __future__ import annotations

from django.db import models

from mlops.models.run import TrainingRun
from predictions.models import ModelVersion


class Evidence(models.Model):
    """Filled in step by step while the run is in flight; once sealed, PostgreSQL refuses any change."""

    run = models.OneToOneField(TrainingRun, on_delete=models.PROTECT, related_name="evidence")
    version = models.OneToOneField(ModelVersion, on_delete=models.PROTECT, related_name="evidence", null=True, blank=True)
    compared_with = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, related_name="+", null=True, blank=True,
        help_text="The champion at the time of the evaluation.",
    )  # fmt: skip
    appraisal = models.JSONField(default=dict, help_text="Figures, curves, groups, alert burden and drift, both models.")
    verdict = models.JSONField(default=dict, help_text="Each clause of the gate with value, bound and direction.")
    card = models.JSONField(default=dict)
    lineage = models.JSONField(default=dict, help_text="Data and code versions, run, artefact, signature, requester.")
    parts_sha256 = models.JSONField(default=dict, help_text="Of each part's canonical JSON.")
    seal = models.CharField(max_length=64, blank=True, help_text="SHA-256 over the parts' digests.")
    sealed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return f"evidence of {self.run}"
