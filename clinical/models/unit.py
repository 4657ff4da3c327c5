"""Care units: the wards whose staff see each other's patients. A unit is the grain of every access decision."""

from __future__ import annotations

import uuid

from django.db import models


class CareUnit(models.Model):
    """One ward."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=80, unique=True)
    is_open = models.BooleanField(default=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
