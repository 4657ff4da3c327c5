"""Encounters: one hospital stay each, with every attribute the readmission model may look at.

A count that nobody told is empty, which is not nought: such a stay is kept, and not scored before the count is known.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from clinical.code_lists import (
    AGE_BANDS,
    DISPOSITIONS_WITHOUT_RETURN,
    DRUGS,
    WEIGHT_BANDS,
    A1cResult,
    AdmissionSource,
    AdmissionType,
    DischargeDisposition,
    DrugChange,
    GlucoseResult,
    Race,
    Sex,
)
from clinical.models.patient import Patient, Provenance
from clinical.models.unit import CareUnit

READMISSION_WINDOW = timedelta(days=30)


class EncounterQuerySet(models.QuerySet["Encounter"]):
    """Many encounters at once."""

    def on_the_ward(self) -> EncounterQuerySet:
        return self.filter(discharged_at__isnull=True)

    def standing(self) -> EncounterQuerySet:
        """Without what was entered in error: kept for the record, looked at by nobody."""
        return self.filter(entered_in_error_at__isnull=True)

    def can_return(self) -> EncounterQuerySet:
        """Without stays that ended in death or hospice care, which no readmission can follow."""
        return self.exclude(discharge_disposition__in=DISPOSITIONS_WITHOUT_RETURN)


class Encounter(models.Model):
    """One stay. `discharged_at` is empty while the patient is on the ward; the attributes then state the plan."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    provenance = models.CharField(max_length=16, choices=Provenance.choices)
    source_id = models.CharField(max_length=64)
    source_order = models.BigIntegerField(help_text="The row's place in its source, for validation protocols that split by it.")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="encounters", db_index=False)  # see Meta
    unit = models.ForeignKey(CareUnit, on_delete=models.PROTECT, related_name="encounters", db_index=False)  # see Meta
    admitted_at = models.DateTimeField()
    discharged_at = models.DateTimeField(null=True, blank=True)

    age_band = models.CharField(max_length=9, choices=[(band, band) for band in AGE_BANDS])
    race = models.CharField(max_length=16, choices=Race.choices, blank=True)
    sex = models.CharField(max_length=8, choices=Sex.choices)
    weight_band = models.CharField(max_length=9, choices=[(band, band) for band in WEIGHT_BANDS], blank=True)
    payer_code = models.CharField(max_length=8, blank=True)
    medical_specialty = models.CharField(max_length=48, blank=True)
    admission_type = models.PositiveSmallIntegerField(choices=AdmissionType.choices)
    admission_source = models.PositiveSmallIntegerField(choices=AdmissionSource.choices)
    discharge_disposition = models.PositiveSmallIntegerField(choices=DischargeDisposition.choices)

    length_of_stay_days = models.PositiveSmallIntegerField(null=True, blank=True)
    lab_procedures_count = models.PositiveSmallIntegerField(null=True, blank=True)
    procedures_count = models.PositiveSmallIntegerField(null=True, blank=True)
    medications_count = models.PositiveSmallIntegerField(null=True, blank=True)
    outpatient_visits_prior_year = models.PositiveSmallIntegerField(null=True, blank=True)
    emergency_visits_prior_year = models.PositiveSmallIntegerField(null=True, blank=True)
    inpatient_stays_prior_year = models.PositiveSmallIntegerField(null=True, blank=True)

    diagnosis_1 = models.CharField(max_length=8, blank=True)
    diagnosis_2 = models.CharField(max_length=8, blank=True)
    diagnosis_3 = models.CharField(max_length=8, blank=True)
    diagnoses_count = models.PositiveSmallIntegerField(null=True, blank=True)
    max_glucose_serum = models.CharField(max_length=8, choices=GlucoseResult.choices, blank=True)
    a1c_result = models.CharField(max_length=8, choices=A1cResult.choices, blank=True)

    drugs = models.JSONField(default=dict, help_text="Prescribed diabetes drugs and what happened to the dose; see DRUGS.")
    any_drug_changed = models.BooleanField(null=True)
    on_diabetes_medication = models.BooleanField(null=True)

    version = models.PositiveIntegerField(default=1, db_default=1, help_text="One more with each change of the facts.")
    told_at = models.DateTimeField(null=True, blank=True, help_text="The sender's own time of the newest facts.")
    entered_in_error_at = models.DateTimeField(null=True, blank=True)

    objects = EncounterQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="encounter_once_for_each_source", fields=("provenance", "source_id")),
            models.CheckConstraint(name="encounter_provenance_known", condition=Q(provenance__in=Provenance.values)),
            models.CheckConstraint(name="encounter_ends_after_start", condition=Q(discharged_at__gte=F("admitted_at"))),
            models.CheckConstraint(name="encounter_age_band_known", condition=Q(age_band__in=AGE_BANDS)),
            models.CheckConstraint(name="encounter_race_known", condition=Q(race__in=Race.values)),
            models.CheckConstraint(name="encounter_sex_known", condition=Q(sex__in=Sex.values)),
            models.CheckConstraint(name="encounter_weight_band_known", condition=Q(weight_band__in=("", *WEIGHT_BANDS))),
            models.CheckConstraint(name="encounter_type_known", condition=Q(admission_type__in=AdmissionType.values)),
            models.CheckConstraint(name="encounter_source_known", condition=Q(admission_source__in=AdmissionSource.values)),
            models.CheckConstraint(
                name="encounter_disposition_known", condition=Q(discharge_disposition__in=DischargeDisposition.values)
            ),
            models.CheckConstraint(name="encounter_glucose_known", condition=Q(max_glucose_serum__in=GlucoseResult.values)),
            models.CheckConstraint(name="encounter_a1c_known", condition=Q(a1c_result__in=A1cResult.values)),
            models.CheckConstraint(name="encounter_stay_plausible", condition=Q(length_of_stay_days__range=(0, 365))),
        )
        indexes = (
            models.Index(name="encounter_by_patient", fields=("patient", "admitted_at")),
            models.Index(name="encounter_by_unit", fields=("unit", "-admitted_at")),
        )

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_on_the_ward(self) -> bool:
        return self.discharged_at is None

    @property
    def is_entered_in_error(self) -> bool:
        return self.entered_in_error_at is not None

    @property
    def can_return(self) -> bool:
        """False after death or hospice, when no score is made."""
        return self.discharge_disposition not in DISPOSITIONS_WITHOUT_RETURN

    @property
    def drug_lines(self) -> list[tuple[str, str]]:
        """(drug, what happened to its dose) in the order of the data set."""
        return [(drug, str(DrugChange(self.drugs[drug]).label)) for drug in DRUGS if drug in self.drugs]
