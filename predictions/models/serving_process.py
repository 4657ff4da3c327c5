"""Who serves what: one row for each living process that holds a champion, written by the process itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.db import models
from django.utils import timezone

from predictions.models.model_version import ModelVersion

KEEP = timedelta(minutes=10)
ALIVE = timedelta(seconds=60)


class ServingProcessQuerySet(models.QuerySet["ServingProcess"]):
    """Many processes."""

    def living(self) -> Self:
        """Those that were heard of within a minute; what is older has ended without a word."""
        return self.filter(seen_at__gte=timezone.now() - ALIVE)


class ServingProcess(models.Model):
    """The last word of one process. It is a report and decides nothing."""

    process = models.CharField(max_length=120, unique=True, help_text="Host, process id and start, with colons between.")
    role = models.CharField(max_length=10)
    holds = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    since = models.DateTimeField(null=True, blank=True)
    refused = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    refused_reason = models.CharField(max_length=300, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField()

    objects = ServingProcessQuerySet.as_manager()

    class Meta:
        ordering = ("process",)
        verbose_name_plural = "serving processes"

    def __str__(self) -> str:
        return self.process
