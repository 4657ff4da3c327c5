"""The audit log's rows. PostgreSQL numbers and chains them (see the migration); the application can only add and read."""

from __future__ import annotations

from django.db import models


class AuditEvent(models.Model):
    """Who did what to what, when. Holds ids and counts, never a name, a diagnosis or a score."""

    position = models.BigIntegerField(primary_key=True, default=0, help_text="Without gaps; set by the database.")
    at = models.DateTimeField(null=True, help_text="Set by the database.")
    actor_id = models.UUIDField(null=True, help_text="Public id of the user, or empty for the system itself.")
    actor_name = models.CharField(max_length=150)
    verb = models.CharField(max_length=48)
    subject_type = models.CharField(max_length=48, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    detail = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64, default="")
    hash = models.CharField(max_length=64, default="")

    class Meta:
        ordering = ("-position",)
        indexes = (
            models.Index(name="audit_by_actor", fields=("actor_id", "-position")),
            models.Index(name="audit_by_subject", fields=("subject_type", "subject_id", "-position")),
        )

    def __str__(self) -> str:
        return f"{self.position} {self.verb}"
