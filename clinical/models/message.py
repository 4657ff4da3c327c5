"""Messages: what must reach another system or another process, written in the transaction of what it tells of."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone


class MessageQuerySet(models.QuerySet["Message"]):
    """Many messages."""

    def waiting(self) -> Self:
        return self.filter(done_at__isnull=True, dead_at__isnull=True)

    def due(self, now: datetime | None = None) -> Self:
        """Waiting, wanted by now, and held by nobody."""
        now = now or timezone.now()
        return self.waiting().filter(Q(held_until__isnull=True) | Q(held_until__lt=now), due_at__lte=now)


class Message(models.Model):
    """One thing to be done once it is certain: ids only, never a patient's data."""

    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=80, blank=True, help_text="The id of what it tells of.")
    detail = models.JSONField(default=dict, blank=True, help_text="Ids and counts.")
    key = models.CharField(max_length=160, unique=True, null=True, blank=True, help_text="Where given: one effect, ever.")
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    held_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    dead_at = models.DateTimeField(null=True, blank=True, help_text="Given up; somebody has to look.")

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(name="message_waiting", fields=("due_at",), condition=Q(done_at__isnull=True, dead_at__isnull=True)),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}".strip()
