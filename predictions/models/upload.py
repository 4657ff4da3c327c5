"""Uploads: a file on its way in. The file and what was found in it hold patients, and are deleted; the counts stay."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from clinical.models import User


class UploadState(models.TextChoices):
    """How far it got. `checking` and `importing` are for a worker to do."""

    CHECKING = "checking", "Being read"
    CHECKED = "checked", "Waits for your word"
    IMPORTING = "importing", "Being imported"
    IMPORTED = "imported", "Imported"
    REFUSED = "refused", "Refused"
    DISCARDED = "discarded", "Discarded"


WORK_STATES = (UploadState.CHECKING, UploadState.IMPORTING)


class Upload(models.Model):
    """One file of one person. It has a number and not the name of the file, which may name a patient."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # the wards that the file may write to; row-level security shows the upload to whoever may see them all
    unit_ids = ArrayField(models.IntegerField())
    state = models.CharField(max_length=10, choices=UploadState.choices, default=UploadState.CHECKING)
    accepts_valid = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    bytes_count = models.BigIntegerField(default=0)
    kind = models.CharField(max_length=6, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    rows_count = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)
    new_count = models.PositiveIntegerField(default=0)
    changed_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    stale_count = models.PositiveIntegerField(default=0)
    faults_count = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    forgotten_at = models.DateTimeField(null=True, blank=True, help_text="When the file and what was found in it were deleted.")

    class Meta:
        constraints = (models.CheckConstraint(name="upload_state_known", condition=Q(state__in=UploadState.values)),)
        indexes = (
            models.Index(name="upload_of_person", fields=("uploaded_by", "-received_at")),
            models.Index(name="upload_to_forget", fields=("received_at",), condition=Q(forgotten_at__isnull=True)),
        )

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_at_work(self) -> bool:
        return self.state in WORK_STATES

    @property
    def good_count(self) -> int:
        return self.rows_count - self.refused_count


class UploadPart(models.Model):
    """A piece of the file, so that neither sender nor reader ever holds it whole."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts", db_index=False)
    place = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(name="upload_part_once", fields=("upload", "place")),)

    def __str__(self) -> str:
        return f"{self.upload_id}/{self.place}"


class UploadFindings(models.Model):
    """The first rows as they would be stored, and the refused ones with their reasons."""

    upload = models.OneToOneField(Upload, on_delete=models.CASCADE, related_name="findings", primary_key=True)
    faults = models.JSONField(default=list)
    sample = models.JSONField(default=list)
    ignored = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"findings of {self.upload_id}"
