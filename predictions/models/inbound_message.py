"""HL7 v2 messages as they came: kept before they are worked on, so that what was acknowledged cannot be lost."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from clinical.models import EhrClient


class MessageState(models.TextChoices):
    """What became of a message."""

    RECEIVED = "received", "Kept, not yet worked on"
    ACCEPTED = "accepted", "Accepted"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Failed here; to be worked on again"


class InboundMessage(models.Model):
    """One message of one sender. Sent again it is the same row: what makes it the same is its number and its contents."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(EhrClient, on_delete=models.PROTECT, related_name="+")
    # the wards that the sender may write to: row-level security shows the message to whoever may see them all
    unit_ids = ArrayField(models.IntegerField())
    control_id = models.CharField(max_length=199, blank=True)
    event = models.CharField(max_length=3, blank=True)
    sha256 = models.CharField(max_length=64)
    raw = models.BinaryField()  # emptied when it is forgotten
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.RECEIVED)
    answer = models.CharField(max_length=2, blank=True)
    remarks = models.JSONField(default=list, help_text="What was said of it; never what stood in it.")
    attempts = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    forgotten_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(name="inbound_message_once", fields=("client", "control_id", "sha256")),
            models.CheckConstraint(name="inbound_message_state_known", condition=models.Q(state__in=MessageState.values)),
        )
        indexes = (
            models.Index(
                name="inbound_message_open", fields=("received_at",), condition=models.Q(state__in=("received", "failed"))
            ),
            models.Index(name="inbound_message_held", fields=("received_at",), condition=models.Q(forgotten_at__isnull=True)),
        )

    def __str__(self) -> str:
        return f"message {self.public_id}"
