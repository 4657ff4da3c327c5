"""Conformance reports: what a site's own doors answered to good and bad messages. Kept, so that two of them can be compared."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from clinical.models import User

LONGEST_RUN = timedelta(minutes=10)


class ConformanceReport(models.Model):
    """One run of every check. A finding names the check, what was asked for and what was seen; never a message's content."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    address = models.CharField(max_length=200, help_text="Where the doors stand that were asked.")
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    findings = models.JSONField(default=list, blank=True)
    failure = models.CharField(max_length=300, blank=True, help_text="Why the checks could not be carried out at all.")

    class Meta:
        ordering = ("-started_at",)
        constraints = (
            models.UniqueConstraint(
                name="conformance_one_run_at_a_time", fields=("address",), condition=Q(finished_at__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.address}, {self.started_at:%d-%b-%Y %H:%M}"

    @property
    def is_over(self) -> bool:
        return self.finished_at is not None

    @property
    def is_lost(self) -> bool:
        """Whoever carried it out was killed."""
        return not self.is_over and timezone.now() - self.started_at > LONGEST_RUN

    @property
    def faults(self) -> list[dict[str, Any]]:
        return [finding for finding in self.findings if finding["fault"]]

    @property
    def held_count(self) -> int:
        return len(self.findings) - len(self.faults)

    @property
    def passed(self) -> bool:
        return self.is_over and not self.failure and not self.faults and bool(self.findings)
