"""Patients: who they are. What happened to them is on their encounters."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import models
from django.db.models import Q

from clinical.code_lists import Sex
from clinical.models.unit import CareUnit


class Provenance(models.TextChoices):
    """Where a record came from; anything but `ehr` is said on every page that shows it."""

    EHR = "ehr", "Electronic health record"
    DIABETES130 = "diabetes130", "UCI Diabetes 130-US hospitals data set"
    SYNTHETIC = "synthetic", "Synthetic cohort"


class Patient(models.Model):
    """One person. Names, record numbers and birth dates of non-`ehr` patients are fictitious."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    provenance = models.CharField(max_length=16, choices=Provenance.choices)
    source_id = models.CharField(max_length=64)
    medical_record_number = models.CharField(max_length=32, unique=True)
    family_name = models.CharField(max_length=80)
    given_name = models.CharField(max_length=80)
    birth_date = models.DateField()
    sex = models.CharField(max_length=8, choices=Sex.choices)
    home_unit = models.ForeignKey(CareUnit, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField(null=True, blank=True, help_text="The sender's own time of the newest facts.")
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, related_name="merged", null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(name="patient_once_for_each_source", fields=("provenance", "source_id")),
            models.CheckConstraint(name="patient_sex_known", condition=Q(sex__in=Sex.values)),
            models.CheckConstraint(name="patient_provenance_known", condition=Q(provenance__in=Provenance.values)),
        )
        indexes = (models.Index(name="patient_by_name", fields=("family_name", "given_name")),)

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def banner_name(self) -> str:
        return banner_name(self.family_name, self.given_name)

    def age_years_on(self, day: date) -> int:
        """Completed years of age."""
        had_birthday = (day.month, day.day) >= (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - (not had_birthday)


def banner_name(family_name: str, given_name: str) -> str:
    """FAMILY, Given: the order and case of the NHS patient banner (ISB 1505)."""
    return f"{family_name.upper()}, {given_name}"
