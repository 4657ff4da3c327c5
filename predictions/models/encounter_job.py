"""Jobs: any number of stays that a system sent at once.

What was sent and answered holds patients, and is deleted after a week; the counts stay.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from clinical.models import User

KEPT = timedelta(days=7)


class JobState(models.TextChoices):
    """How far it got."""

    WAITING = "waiting", "Waiting for a worker"
    RUNNING = "running", "Being worked on"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "Given up"


OPEN_STATES = (JobState.WAITING, JobState.RUNNING)


class EncounterJobQuerySet(models.QuerySet["EncounterJob"]):
    """Many jobs."""

    def open(self) -> Self:
        return self.filter(state__in=OPEN_STATES)

    def free(self, now: datetime) -> Self:
        """Open, and held by nobody."""
        return self.open().filter(Q(held_until__isnull=True) | Q(held_until__lt=now))


class EncounterJob(models.Model):
    """One job of one client."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # the wards that the client could write to when it sent the job; row-level security shows it to whoever sees them all
    unit_ids = ArrayField(models.IntegerField())
    state = models.CharField(max_length=9, choices=JobState.choices, default=JobState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    held_until = models.DateTimeField(null=True, blank=True)
    cancel_asked_at = models.DateTimeField(null=True, blank=True)
    bytes_count = models.BigIntegerField(default=0)
    lines_count = models.PositiveIntegerField(default=0)
    done_count = models.PositiveIntegerField(default=0)
    stored_count = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    forgotten_at = models.DateTimeField(null=True, blank=True, help_text="When what was sent and answered was deleted.")

    objects = EncounterJobQuerySet.as_manager()

    class Meta:
        constraints = (models.CheckConstraint(name="encounter_job_state_known", condition=Q(state__in=JobState.values)),)
        indexes = (
            models.Index(name="encounter_job_of_client", fields=("client", "-id")),
            models.Index(name="encounter_job_open", fields=("received_at",), condition=Q(state__in=("waiting", "running"))),
            models.Index(name="encounter_job_to_forget", fields=("received_at",), condition=Q(forgotten_at__isnull=True)),
        )

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def expires_at(self) -> datetime:
        return self.received_at + KEPT

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class EncounterJobPart(models.Model):
    """Some lines of a job, and, once they are worked on, their answers."""

    job = models.ForeignKey(EncounterJob, on_delete=models.CASCADE, related_name="parts", db_index=False)
    number = models.PositiveIntegerField()
    first_line = models.PositiveIntegerField()
    lines = models.TextField()
    answers = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(name="encounter_job_part_once", fields=("job", "number")),)

    def __str__(self) -> str:
        return f"part {self.number} of {self.job_id}"
