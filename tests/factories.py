"""Typed makers of rows. Encounters are made inside the system's scope, because the database shows and takes no others."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from typing import Any

import factory
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from factory.django import DjangoModelFactory

from clinical.access import scope_of_the_system
from clinical.models import CareUnit, Encounter, Patient, StaffMembership, User
from clinical.models.staff import Role

PASSWORD = "correct horse battery staple 7"


class CareUnitFactory(DjangoModelFactory[CareUnit]):
    class Meta:
        model = CareUnit

    code = factory.Sequence(lambda n: f"U{n}")
    name = factory.Sequence(lambda n: f"Unit {n}")


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")


class PatientFactory(DjangoModelFactory[Patient]):
    class Meta:
        model = Patient

    provenance = "synthetic"
    source_id = factory.Sequence(lambda n: f"P{n}")
    medical_record_number = factory.Sequence(lambda n: f"F{n:07d}")
    family_name = "Okafor"
    given_name = "Miriam"
    birth_date = date(1951, 4, 2)
    sex = "female"


class EncounterFactory(DjangoModelFactory[Encounter]):
    class Meta:
        model = Encounter

    provenance = "synthetic"
    source_id = factory.Sequence(lambda n: f"E{n}")
    source_order = factory.Sequence(lambda n: n)
    admitted_at = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
    age_band = "[70-80)"
    race = "caucasian"
    sex = "female"
    payer_code = "MC"
    medical_specialty = "Cardiology"
    admission_type = 1
    admission_source = 7
    discharge_disposition = 1
    length_of_stay_days = 5
    lab_procedures_count = 44
    procedures_count = 1
    medications_count = 16
    outpatient_visits_prior_year = 0
    emergency_visits_prior_year = 1
    inpatient_stays_prior_year = 2
    diagnosis_1 = "428"
    diagnosis_2 = "250.02"
    diagnosis_3 = "403"
    diagnoses_count = 9
    a1c_result = "over_8"
    drugs = factory.LazyFunction(lambda: {"insulin": "up", "metformin": "steady"})
    any_drug_changed = True
    on_diabetes_medication = True


def encounter_on(unit: CareUnit, *, patient: dict[str, Any] | None = None, **attributes: Any) -> Encounter:
    """A patient of `unit` with one encounter there."""
    with scope_of_the_system():
        person = PatientFactory(home_unit=unit, **(patient or {}))
        return EncounterFactory(patient=person, unit=unit, **attributes)


def clinician(username: str, *units: CareUnit) -> User:
    user = member(username)
    for unit in units:
        StaffMembership.objects.create(user=user, role=Role.CLINICIAN, unit=unit)
    return user


def member(username: str, role: str = "", unit: CareUnit | None = None, **attributes: Any) -> User:
    """Somebody with a password, a second factor and at most one role."""
    user = UserFactory(username=username, **attributes)
    user.set_password(PASSWORD)
    user.save()
    TOTP.activate(user, generate_totp_secret())
    if role:
        StaffMembership.objects.create(user=user, role=role, unit=unit)
    return user


def new_submission() -> str:
    return str(uuid.uuid4())
