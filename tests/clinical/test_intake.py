"""What is told of a stay: kept once, corrected by newer facts alone, refused with every fault named."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from clinical.access import scope_of_the_system
from clinical.errors import FactsRefusedError, NoSuchPatientError, NoSuchStayError, VersionConflictError
from clinical.intake import recording
from clinical.intake.facts import PatientFacts, StayReport
from clinical.models import AuditEvent, CareUnit, Encounter, Outcome, Patient, User

ADMITTED = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)
DISCHARGED = datetime(2026, 10, 6, 11, 0, tzinfo=UTC)
TOLD = datetime(2026, 10, 6, 12, 0, tzinfo=UTC)


def report(**changes: Any) -> StayReport:
    patient = {
        "medical_record_number": "H-1001", "family_name": "Okafor", "given_name": "Miriam",
        "birth_date": date(1951, 4, 2), "sex": "female",
    }  # fmt: skip
    facts: dict[str, Any] = {"visit_number": "V-1", "unit": "CARD", "admitted_at": ADMITTED, "attributes": {}} | changes
    person = PatientFacts(**(patient | facts.pop("patient", {})))
    return StayReport(patient=person, **facts)


def told(ehr_client: User, cardiology: CareUnit, **changes: Any) -> recording.Recorded:
    options = {name: changes.pop(name) for name in ("told_at", "if_version") if name in changes}
    return recording.record(report=report(**changes), units=[cardiology], by=ehr_client, **options)


def stays() -> list[Encounter]:
    with scope_of_the_system():
        return list(Encounter.objects.all())


def test_a_new_stay_is_kept_with_what_follows_from_it_and_nothing_that_was_not_said(
    ehr_client: User, cardiology: CareUnit
) -> None:
    recorded = told(ehr_client, cardiology, discharged_at=DISCHARGED, attributes={"drugs": {"insulin": "up"}})
    stay = recorded.encounter
    assert (recorded.is_new, stay.age_band, stay.sex, stay.length_of_stay_days) == (True, "[70-80)", "female", 5)
    assert (stay.any_drug_changed, stay.on_diabetes_medication) == (True, True)
    assert (stay.medications_count, stay.race, stay.version) == (None, "", 1)
    with scope_of_the_system():
        assert Outcome.objects.get(encounter=stay).matures_at == DISCHARGED + timedelta(days=37)
    assert AuditEvent.objects.filter(verb="encounter.recorded", actor_name="ehr").count() == 1


def test_the_same_report_again_changes_nothing_and_leaves_no_second_audit_row(ehr_client: User, cardiology: CareUnit) -> None:
    told(ehr_client, cardiology, discharged_at=DISCHARGED)
    again = told(ehr_client, cardiology, discharged_at=DISCHARGED)
    assert (again.is_new, again.changed, again.encounter.version, len(stays())) == (False, False, 1, 1)
    assert AuditEvent.objects.filter(verb__startswith="encounter.").count() == 1


def test_a_correction_changes_what_it_tells_and_keeps_the_rest(ehr_client: User, cardiology: CareUnit) -> None:
    told(ehr_client, cardiology, attributes={"medications_count": 12, "diagnosis_1": "428"})
    corrected = told(ehr_client, cardiology, attributes={"medications_count": 14}).encounter
    assert (corrected.medications_count, corrected.diagnosis_1, corrected.version) == (14, "428", 2)


def test_older_facts_do_not_overwrite_newer_ones(ehr_client: User, cardiology: CareUnit) -> None:
    told(ehr_client, cardiology, told_at=TOLD, attributes={"medications_count": 12})
    late = told(ehr_client, cardiology, told_at=TOLD - timedelta(hours=1), attributes={"medications_count": 3})
    assert (late.is_stale, late.changed, stays()[0].medications_count) == (True, False, 12)


def test_a_change_on_top_of_a_past_version_is_refused(ehr_client: User, cardiology: CareUnit) -> None:
    told(ehr_client, cardiology)
    with pytest.raises(VersionConflictError):
        told(ehr_client, cardiology, if_version=7, attributes={"medications_count": 3})
    assert stays()[0].medications_count is None


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"attributes": {"medications_count": "12", "diagnosis_1": "hello"}}, {"medications_count", "diagnosis_1"}),
        ({"attributes": {"medications_count": True}}, {"medications_count"}),
        ({"attributes": {"risk_probability": 0.9}}, {"risk_probability"}),
        ({"attributes": {"drugs": {"aspirin": "up"}}}, {"drugs"}),
        ({"attributes": {"drugs": {"insulin": "more"}}}, {"drugs"}),
        ({"attributes": {"admission_type": 99}}, {"admission_type"}),
        ({"patient": {"birth_date": date(1850, 1, 1)}}, {"birth_date"}),
        ({"patient": {"family_name": " "}}, {"family_name"}),
        ({"patient": {"given_name": "Miri\x00am"}}, {"given_name"}),
        ({"admitted_at": None}, {"admitted_at"}),
        ({"admitted_at": datetime(2026, 10, 1)}, {"admitted_at"}),  # noqa: DTZ001  without an offset is what is refused
        ({"discharged_at": ADMITTED - timedelta(days=1)}, {"discharged_at"}),
        ({"unit": "NOWHERE"}, {"unit"}),
    ],
)  # fmt: skip
def test_what_cannot_be_true_is_refused_by_name_and_nothing_is_kept(
    changes: dict[str, Any], fields: set[str], ehr_client: User, cardiology: CareUnit
) -> None:
    with pytest.raises(FactsRefusedError) as refused:
        told(ehr_client, cardiology, **changes)
    assert {fault.field for fault in refused.value.faults} == fields
    assert stays() == []
    with scope_of_the_system():
        assert not Patient.objects.exists()


def test_a_stay_of_another_unit_is_refused_as_an_unknown_unit_is(
    ehr_client: User, cardiology: CareUnit, nephrology: CareUnit
) -> None:
    recording.record(report=report(unit="NEPH"), units=[nephrology], by=None)
    faults = []
    for unit in ("NEPH", "NOWHERE", "CARD"):
        with pytest.raises(FactsRefusedError) as refused:
            told(ehr_client, cardiology, unit=unit)
        faults.append(refused.value.faults)
    assert faults[0] == faults[1] == faults[2]
    with pytest.raises(NoSuchStayError):
        recording.cancel_admission(visit_number="V-1", units=[cardiology], by=ehr_client, told_at=None)


def test_a_cancelled_discharge_opens_the_stay_again_and_expects_no_outcome(ehr_client: User, cardiology: CareUnit) -> None:
    told(ehr_client, cardiology, discharged_at=DISCHARGED)
    again = recording.cancel_discharge(visit_number="V-1", units=[cardiology], by=ehr_client, told_at=None)
    assert (again.changed, again.encounter.discharged_at) == (True, None)
    with scope_of_the_system():
        assert not Outcome.objects.exists()


def test_a_cancelled_admission_stays_on_record_as_entered_in_error(ehr_client: User, cardiology: CareUnit) -> None:
    told(ehr_client, cardiology)
    recording.cancel_admission(visit_number="V-1", units=[cardiology], by=ehr_client, told_at=None)
    with scope_of_the_system():
        assert Encounter.objects.get().is_entered_in_error
        assert not Encounter.objects.standing().exists()


def test_merged_patients_keep_all_their_stays_under_the_surviving_number(ehr_client: User, cardiology: CareUnit) -> None:
    told(ehr_client, cardiology)
    told(ehr_client, cardiology, visit_number="V-2", patient={"medical_record_number": "H-2"})
    recording.merge_patients(surviving="H-2", retired="H-1001", units=[cardiology], by=ehr_client, told_at=None)
    assert {stay.patient.medical_record_number for stay in _with_patients()} == {"H-2"}
    told(ehr_client, cardiology, visit_number="V-3")  # under the number that was given up
    assert {stay.patient.medical_record_number for stay in _with_patients()} == {"H-2"}


def test_a_merger_of_somebody_unknown_is_refused(ehr_client: User, cardiology: CareUnit) -> None:
    told(ehr_client, cardiology)
    with pytest.raises(NoSuchPatientError):
        recording.merge_patients(surviving="H-1001", retired="H-9", units=[cardiology], by=ehr_client, told_at=None)


def _with_patients() -> list[Encounter]:
    with scope_of_the_system():
        return list(Encounter.objects.select_related("patient"))
