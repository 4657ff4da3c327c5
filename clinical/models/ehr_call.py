"""Calls of EHR clients, as their page shows them: which door, what answer, how long. Never a path, a body or a patient."""

from __future__ import annotations

from datetime import timedelta

from django.db import models

from clinical.models.ehr_client import EhrClient

KEEP = timedelta(days=30)


class EhrCall(models.Model):
    """One request and its answer."""

    client = models.ForeignKey(EhrClient, on_delete=models.PROTECT, related_name="calls", db_index=False)
    route = models.CharField(max_length=60)
    method = models.CharField(max_length=8)
    status = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40, blank=True, help_text="Of the refusal.")
    duration_ms = models.FloatField()
    request_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at",)
        indexes = (models.Index(name="ehr_call_by_client", fields=("client", "-at")),)

    def __str__(self) -> str:
        return f"{self.method} {self.route}: {self.status}"
