"""Incidents: what somebody has to look at, who was told, and by which way."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from clinical.models import User
from mlops.models.monitoring import SeverityChoices


class Incident(models.Model):
    """One trouble, from when it was seen until somebody closed it with a note. One is open for each key at most."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    severity = models.CharField(max_length=7, choices=SeverityChoices.choices)
    key = models.CharField(max_length=160)
    subject = models.CharField(max_length=200, help_text="What it is about, in words. No patient data.")
    detail = models.JSONField(default=dict, blank=True, help_text="Ids, counts and shares.")
    opened_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    times_seen = models.PositiveIntegerField(default=1)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    acknowledged_note = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    closed_note = models.TextField(blank=True)

    class Meta:
        ordering = ("-opened_at",)
        constraints = (
            models.UniqueConstraint(
                name="incident_one_open_for_each_key", fields=("key",), condition=Q(closed_at__isnull=True)
            ),
            models.CheckConstraint(name="incident_severity_known", condition=Q(severity__in=SeverityChoices.values)),
            models.CheckConstraint(
                name="incident_closed_with_a_note", condition=Q(closed_at__isnull=True) | ~Q(closed_note="")
            ),
        )

    def __str__(self) -> str:
        return self.subject

    @property
    def state(self) -> str:
        if self.closed_at:
            return "Closed"
        return "Acknowledged" if self.acknowledged_at else "Open"


class ChannelKind(models.TextChoices):
    """How somebody is reached."""

    EMAIL = "email", "E-mail"
    SNS = "sns", "SNS topic"
    WEBHOOK = "webhook", "Webhook"


class NotificationChannel(models.Model):
    """A place that is told of incidents. Its secrets are stored encrypted and shown to nobody."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=7, choices=ChannelKind.choices)
    address = models.CharField(max_length=300, help_text="An e-mail address, a topic's ARN, or an https address.")
    sealed_secret = models.TextField(blank=True, editable=False)
    sealed_secret_before = models.TextField(blank=True, editable=False, help_text="Still signs while a new one is brought in.")
    least_severity = models.CharField(max_length=7, choices=SeverityChoices.choices[1:], default=SeverityChoices.ALARM)
    is_on = models.BooleanField("on", default=True)

    class Meta:
        ordering = ("name",)
        constraints = (models.CheckConstraint(name="channel_kind_known", condition=Q(kind__in=ChannelKind.values)),)

    def __str__(self) -> str:
        return self.name


class NotificationState(models.TextChoices):
    """Where a notification is."""

    WAITING = "waiting", "Waiting"
    DELIVERED = "delivered", "Delivered"
    REFUSED = "refused", "Refused"


class Notification(models.Model):
    """One incident told to one channel, once: the row is written before anything is sent, and its outcome after."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="notifications")
    channel = models.ForeignKey(NotificationChannel, on_delete=models.PROTECT, related_name="notifications")
    address = models.CharField(max_length=300, help_text="As it was when it was told.")
    state = models.CharField(max_length=9, choices=NotificationState.choices, default=NotificationState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(name="notification_once_for_each_channel", fields=("incident", "channel")),
            models.CheckConstraint(name="notification_state_known", condition=Q(state__in=NotificationState.values)),
        )

    def __str__(self) -> str:
        return f"{self.incident} to {self.channel}"
