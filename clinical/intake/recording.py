"""Keeping what was told: one transaction for the patient, the stay and the audit row, or nothing.

Who a patient is, the medical record number says; which stay, the visit number. So a message sent twice changes nothing,
and two messages about one new stay wait for each other: the patient's row is locked first, by everybody, then the stay's.
A sender reaches only the units that were named; of a stay elsewhere it learns nothing, not even that it exists.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from clinical import audit, rows
from clinical.access import scope_of_the_system
from clinical.code_lists import AGE_BANDS, AdmissionSource, AdmissionType, DischargeDisposition, DrugChange
from clinical.errors import (
    FactsRefusedError,
    Fault,
    NoSuchPatientError,
    NoSuchStayError,
    VersionConflictError,
)
from clinical.intake.checking import LONGEST_STAY_DAYS, faults_of
from clinical.intake.facts import PatientFacts, StayReport
from clinical.models import CareUnit, Encounter, Outcome, Patient, User
from clinical.models.encounter import READMISSION_WINDOW
from clinical.models.patient import Provenance

NOT_YOUR_UNIT = "is no ward that this sender may write to"
OLDEST_BAND_YEARS = 90
NEW_STAY: dict[str, Any] = {
    "admission_type": AdmissionType.NOT_RECORDED.value,
    "admission_source": AdmissionSource.NOT_RECORDED.value,
    "discharge_disposition": DischargeDisposition.NOT_RECORDED.value,
}


@dataclass(frozen=True)
class Recorded:
    """What became of a report. `is_stale`: newer facts were known already, and nothing was changed."""

    encounter: Encounter
    is_new: bool
    changed: bool
    is_stale: bool = False


def record(
    *,
    report: StayReport,
    units: Collection[CareUnit],
    by: User | None,
    told_at: datetime | None = None,
    if_version: int | None = None,
) -> Recorded:
    """Keep a stay, new or corrected. FactsRefusedError names every fault; VersionConflictError where `if_version` is past."""
    with scope_of_the_system(is_part=True):
        unit = next((unit for unit in units if unit.code == report.unit), None)
        _one_at_a_time(report.patient.medical_record_number)
        visit = _visit(report.visit_number)
        known = _within(visit, units)
        faults = faults_of(report, is_new=known is None)
        if unit is None or (visit is not None and known is None):
            faults.append(Fault("unit", NOT_YOUR_UNIT))  # or the visit is another ward's
        if faults or unit is None:
            raise FactsRefusedError(faults)
        if known is not None and if_version not in {None, known.version}:
            raise VersionConflictError
        if known is not None and _is_past(told_at, known.told_at):
            return Recorded(known, is_new=False, changed=False, is_stale=True)
        patient, person_changed = _patient(report.patient, unit, told_at)
        if known is None:
            return _added(report, patient, unit, by=by, told_at=told_at)
        return _corrected(known, report, patient, unit, by=by, told_at=told_at, person_changed=person_changed)


def cancel_admission(*, visit_number: str, units: Collection[CareUnit], by: User | None, told_at: datetime | None) -> Recorded:
    """The stay never was: kept for the record as entered in error."""
    with scope_of_the_system():
        stay = _known_stay(visit_number, units)
        if stay.is_entered_in_error or _is_past(told_at, stay.told_at):
            return Recorded(stay, is_new=False, changed=False, is_stale=not stay.is_entered_in_error)
        Outcome.objects.filter(encounter=stay).delete()
        stay.entered_in_error_at = timezone.now()
        return _changed(stay, ["entered_in_error_at"], verb="encounter.entered_in_error", by=by, told_at=told_at)


def cancel_discharge(*, visit_number: str, units: Collection[CareUnit], by: User | None, told_at: datetime | None) -> Recorded:
    """The patient did not leave after all: the stay goes on."""
    with scope_of_the_system():
        stay = _known_stay(visit_number, units)
        if stay.is_on_the_ward or _is_past(told_at, stay.told_at):
            return Recorded(stay, is_new=False, changed=False, is_stale=not stay.is_on_the_ward)
        Outcome.objects.filter(encounter=stay).delete()  # nobody has left, so nobody can come back
        stay.discharged_at = None
        stay.discharge_disposition = DischargeDisposition.NOT_RECORDED
        fields = ["discharged_at", "discharge_disposition"]
        return _changed(stay, fields, verb="encounter.discharge_cancelled", by=by, told_at=told_at)


def merge_patients(
    *, surviving: str, retired: str, units: Collection[CareUnit], by: User | None, told_at: datetime | None
) -> Patient:
    """Two record numbers are one person: the stays of `retired` become those of `surviving`, which must both be known."""
    with scope_of_the_system():
        for number in sorted({surviving, retired}):  # in order, so that two mergers never wait for each other
            _one_at_a_time(number)
        kept, gone = _known_patient(surviving), _known_patient(retired)
        _must_be_reached(gone, units)
        if gone.pk == kept.pk:
            return kept
        moved = Encounter.objects.filter(patient=gone).update(patient=kept)
        Patient.objects.filter(merged_into=gone).update(merged_into=kept)
        gone.merged_into, gone.told_at = kept, told_at or gone.told_at
        gone.save(update_fields=["merged_into", "told_at"])
        detail = {"into": kept.public_id, "encounters": moved}
        audit.record(actor=by, verb="patient.merged", subject_type="patient", subject_id=gone.public_id, detail=detail)
        return kept


def _one_at_a_time(medical_record_number: str) -> None:
    """Held until the transaction ends. A row that is not there yet cannot be locked, so its number is."""
    with rows.prepared() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7302, hashtext(%s))", [medical_record_number])


def _visit(visit_number: str) -> Encounter | None:
    """Locked, whichever ward's it is."""
    return rows.first(Encounter, "provenance = %s AND source_id = %s FOR UPDATE", [Provenance.EHR.value, visit_number])


def _within(visit: Encounter | None, units: Collection[CareUnit]) -> Encounter | None:
    """The visit with its patient and unit, if it is one of these units'."""
    unit = next((unit for unit in units if visit is not None and unit.pk == visit.unit_id), None)
    if visit is None or unit is None:
        return None
    visit.unit, visit.patient = unit, rows.one(Patient, visit.patient_id)
    return visit


def _known_stay(visit_number: str, units: Collection[CareUnit]) -> Encounter:
    stay = _within(_visit(visit_number), units)
    if stay is None:
        raise NoSuchStayError
    return stay


def _is_past(told_at: datetime | None, known_at: datetime | None) -> bool:
    return told_at is not None and known_at is not None and told_at < known_at


def _person(medical_record_number: str) -> Patient | None:
    """The patient with this number; where it was given up in a merger, the one that goes on."""
    patient = rows.first(Patient, "medical_record_number = %s", [medical_record_number])
    return patient.merged_into if patient is not None and patient.merged_into is not None else patient


def _known_patient(medical_record_number: str) -> Patient:
    patient = _person(medical_record_number)
    if patient is None:
        raise NoSuchPatientError
    return patient


def _must_be_reached(patient: Patient, units: Collection[CareUnit]) -> None:
    """Whoever may write to none of the patient's wards is told that there is no such patient."""
    reached = {unit.pk for unit in units}
    if patient.home_unit_id not in reached and not Encounter.objects.filter(patient=patient, unit__in=reached).exists():
        raise NoSuchPatientError


def _patient(facts: PatientFacts, unit: CareUnit, told_at: datetime | None) -> tuple[Patient, bool]:
    told: dict[str, Any] = {
        "family_name": facts.family_name.strip(),
        "given_name": facts.given_name.strip(),
        "birth_date": facts.birth_date,
        "sex": facts.sex,
    }
    patient = _person(facts.medical_record_number)
    if patient is None:
        number = facts.medical_record_number
        new = Patient(provenance=Provenance.EHR, source_id=number, medical_record_number=number, home_unit=unit, **told)
        new.told_at = told_at
        rows.add(new)
        return new, True
    changes = {name: value for name, value in told.items() if getattr(patient, name) != value}
    if not changes or _is_past(told_at, patient.told_at) or patient.medical_record_number != facts.medical_record_number:
        return patient, False
    for name, value in changes.items():
        setattr(patient, name, value)
    patient.told_at = told_at or patient.told_at
    patient.save(update_fields=[*changes, "told_at"])
    return patient, True


def _added(report: StayReport, patient: Patient, unit: CareUnit, *, by: User | None, told_at: datetime | None) -> Recorded:
    facts: dict[str, Any] = {"admitted_at": report.admitted_at, "discharged_at": report.discharged_at, "told_at": told_at}
    facts |= NEW_STAY | _derived(report, patient, None, told_at) | dict(report.attributes)
    stay = Encounter(
        provenance=Provenance.EHR, source_id=report.visit_number, source_order=0, patient=patient, unit=unit, **facts
    )
    rows.add(stay)
    if not stay.is_on_the_ward:
        _expect_outcome(stay)
    audit.record(actor=by, verb="encounter.recorded", subject_type="encounter", subject_id=stay.public_id)
    return Recorded(stay, is_new=True, changed=True)


def _corrected(
    stay: Encounter,
    report: StayReport,
    patient: Patient,
    unit: CareUnit,
    *,
    by: User | None,
    told_at: datetime | None,
    person_changed: bool,
) -> Recorded:
    told: dict[str, Any] = {"patient_id": patient.pk, "unit_id": unit.pk}
    told |= {name: at for name in ("admitted_at", "discharged_at") if (at := getattr(report, name)) is not None}
    told |= _derived(report, patient, stay, told_at) | dict(report.attributes)
    changes = [name for name, value in told.items() if getattr(stay, name) != value]
    stay.patient, stay.unit = patient, unit  # who asked reads them when this scope has ended
    if not changes and not person_changed:
        return Recorded(stay, is_new=False, changed=False)
    for name in changes:
        setattr(stay, name, told[name])
    if stay.discharged_at is not None and stay.discharged_at < stay.admitted_at:
        raise FactsRefusedError([Fault("discharged_at", "lies before the admission")])
    if stay.discharged_at is not None and (stay.discharged_at - stay.admitted_at).days > LONGEST_STAY_DAYS:
        raise FactsRefusedError([Fault("discharged_at", f"lies more than {LONGEST_STAY_DAYS} days after the admission")])
    stay.entered_in_error_at = None  # told of again: it is one after all
    if "discharged_at" in changes or "discharge_disposition" in changes:
        _expect_outcome(stay)
    fields = [name.removesuffix("_id") for name in changes]
    return _changed(stay, [*fields, "entered_in_error_at"], verb="encounter.corrected", by=by, told_at=told_at)


def _changed(stay: Encounter, fields: list[str], *, verb: str, by: User | None, told_at: datetime | None) -> Recorded:
    stay.version += 1
    stay.told_at = told_at or stay.told_at
    stay.save(update_fields=[*fields, "version", "told_at"])
    detail = {"version": stay.version, "facts": sorted(fields)}
    audit.record(actor=by, verb=verb, subject_type="encounter", subject_id=stay.public_id, detail=detail)
    return Recorded(stay, is_new=False, changed=True)


def _derived(report: StayReport, patient: Patient, known: Encounter | None, told_at: datetime | None) -> dict[str, Any]:
    """What follows from other facts, where the sender does not say otherwise."""
    admitted = report.admitted_at or (known.admitted_at if known else None)
    discharged = report.discharged_at or (known.discharged_at if known else None)
    derived: dict[str, Any] = {"sex": patient.sex}
    if admitted is not None:
        derived["age_band"] = age_band(patient.age_years_on(admitted.date()))
        derived["length_of_stay_days"] = _length_days(admitted, discharged, known, told_at)
    drugs = report.attributes.get("drugs")
    if drugs is not None:
        derived["on_diabetes_medication"] = bool(drugs)
        derived["any_drug_changed"] = any(change != DrugChange.STEADY for change in drugs.values())
    return derived


def _length_days(admitted: datetime, discharged: datetime | None, known: Encounter | None, told_at: datetime | None) -> int:
    """Of a stay that goes on: the days so far, unless more were planned."""
    if discharged is not None:
        return whole_days(admitted.date(), discharged.date())
    so_far = whole_days(admitted.date(), (told_at or timezone.now()).date())
    planned = known.length_of_stay_days if known is not None and known.is_on_the_ward else None
    return min(max(so_far, planned or 0), LONGEST_STAY_DAYS)


def age_band(age_years: int) -> str:
    """The data set's ten-year groups; the last one is open above."""
    return AGE_BANDS[min(max(age_years, 0), OLDEST_BAND_YEARS) // 10]


def whole_days(admitted: date, discharged: date) -> int:
    """Nights, and one for whoever leaves on the day of admission: as the data set counts its days, from 1."""
    return max(1, (discharged - admitted).days)


def _expect_outcome(stay: Encounter) -> None:
    """Whether the patient is back within 30 days counts from the discharge, once the reports have had time to come in."""
    if stay.discharged_at is None or not stay.can_return:
        Outcome.objects.filter(encounter=stay, readmission="").delete()
        return
    matures_at = stay.discharged_at + READMISSION_WINDOW + timedelta(days=settings.OUTCOME_LAG_DAYS)
    rows.put(Outcome(encounter=stay, matures_at=matures_at), one_each="encounter_id", changes=("matures_at",))
