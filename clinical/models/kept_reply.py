"""Replies that are kept for whoever repeats a call: by the client, its key and the door, for a day.

A reply holds a patient, so it is kept encrypted; of the key and the body only a hash is kept.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import models

from clinical.models.ehr_client import EhrClient

KEEP = timedelta(hours=24)


class KeptReply(models.Model):
    """One call under one key. Without a reply it is being answered, or whoever answered it was killed."""

    client = models.ForeignKey(EhrClient, on_delete=models.PROTECT, related_name="+", db_index=False)
    door = models.CharField(max_length=80)
    key_sha256 = models.CharField(max_length=64)
    body_sha256 = models.CharField(max_length=64)
    begun_at = models.DateTimeField(db_index=True)
    held_until = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    sealed = models.BinaryField(null=True, blank=True, help_text="Headers and body, encrypted.")

    class Meta:
        constraints = (models.UniqueConstraint(name="kept_reply_once", fields=("client", "door", "key_sha256")),)

    def __str__(self) -> str:
        return f"{self.door} {self.key_sha256[:8]}"
