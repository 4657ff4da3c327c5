"""Files taken in: stored once, changed where they say something new, refused as a whole or by the row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.conf import LazySettings

from clinical.access import scope_of_the_system
from clinical.intake import many, recording
from clinical.intake.facts import PatientFacts, StayReport
from clinical.models import AuditEvent, CareUnit, Encounter, Outcome, Patient
from predictions.models import WorklistEntry
from predictions.upload.errors import FileRefusedError, RowsRefusedError
from predictions.upload.importing import Source, look
from tests.predictions.upload_files import csv_of, faults, in_pieces, ndjson_of, stay, take

Write = Callable[..., bytes]


@pytest.mark.parametrize("write", [csv_of, ndjson_of])
def test_a_file_becomes_stays_that_wait_for_their_score(write: Write, cardiology: CareUnit) -> None:
    report = take(write({}, {"discharged_at": None}), cardiology)
    assert (report.rows, report.counts.new, report.counts.patients_new, report.refused) == (2, 2, 2, 0)
    kept = stay()
    assert (kept.patient.family_name, kept.age_band, kept.length_of_stay_days, kept.sex) == ("Muster", "[70-80)", 4, "female")
    assert (kept.medications_count, kept.lab_procedures_count, kept.any_drug_changed) == (12, None, True)
    assert kept.drugs["insulin"] == "up"
    with scope_of_the_system():
        assert Outcome.objects.filter(encounter=kept, readmission="").exists()
        assert not Outcome.objects.filter(encounter__source_id="V2").exists()
        assert WorklistEntry.objects.filter(waits_for_score=True).count() == 2


def test_the_same_file_again_changes_nothing(cardiology: CareUnit) -> None:
    take(csv_of({}, {}), cardiology)
    again = take(csv_of({}, {}), cardiology)
    assert (again.counts.new, again.counts.changed, again.counts.unchanged) == (0, 0, 2)
    assert stay().version == 1


def test_a_corrected_row_changes_its_stay_and_what_it_does_not_tell_stays(cardiology: CareUnit) -> None:
    take(csv_of({"payer_code": "MC"}), cardiology)
    report = take(csv_of({"payer_code": "", "family_name": "Muster-Maier", "medications_count": "13"}), cardiology)
    kept = stay()
    assert report.counts.changed == 1
    assert (kept.version, kept.payer_code, kept.medications_count) == (2, "MC", 13)
    assert kept.patient.family_name == "Muster-Maier"


def test_a_file_and_a_message_about_the_same_stay_agree(cardiology: CareUnit) -> None:
    """The rules for sets are those for one: what the one stored, the other finds unchanged."""
    take(csv_of({}), cardiology)
    patient = PatientFacts("X1", "Muster", "Anna", datetime(1951, 4, 2, tzinfo=UTC).date(), "female")
    report = StayReport(
        patient=patient, visit_number="V1", unit="CARD", admitted_at=datetime(2026, 11, 10, 9, 30, tzinfo=UTC),
        discharged_at=datetime(2026, 11, 14, 12, tzinfo=UTC),
        attributes={"medications_count": 12, "drugs": {"insulin": "up", "metformin": "steady"}},
    )  # fmt: skip
    assert not recording.record(report=report, units=[cardiology], by=None).changed
    other = StayReport(patient=patient, visit_number="V9", unit="CARD", admitted_at=datetime(2026, 10, 1, tzinfo=UTC))
    recording.record(report=other, units=[cardiology], by=None)
    told = {"visit_number": "V9", "medical_record_number": "X1", "admitted_at": "2026-10-01 00:00", "discharged_at": ""}
    assert take(csv_of(told | {"medications_count": "", "drugs": ""}), cardiology).counts.unchanged == 1


def test_all_or_nothing_stores_nothing_where_one_row_is_refused(cardiology: CareUnit) -> None:
    with pytest.raises(RowsRefusedError) as refused:
        take(csv_of({}, {"birth_date": "2023-02-29"}), cardiology)
    assert faults(refused.value.report) == [(3, "birth_date")]
    with scope_of_the_system():
        assert not Encounter.objects.exists()
        assert not Patient.objects.exists()


def test_the_good_rows_are_taken_where_that_was_asked_for(cardiology: CareUnit) -> None:
    report = take(csv_of({}, {"birth_date": "2023-02-29"}), cardiology, accept_valid=True)
    assert (report.counts.new, report.refused) == (1, 1)


def test_looking_stores_nothing_and_says_what_an_import_would(cardiology: CareUnit) -> None:
    take(csv_of({}), cardiology)
    report = look(Source(in_pieces(csv_of({"payer_code": "MC"}, {})), [cardiology]))
    assert (report.counts.new, report.counts.changed, report.is_stored) == (1, 1, False)
    assert [row["visit_number"] for row in report.sample] == ["V1", "V2"]
    with scope_of_the_system():
        assert Encounter.objects.count() == 1


def test_another_wards_stay_and_a_ward_that_is_none_are_refused_alike(cardiology: CareUnit, nephrology: CareUnit) -> None:
    take(csv_of({"unit": "NEPH"}), nephrology)
    report = take(csv_of({}, {"unit": "NEPH"}, {"unit": "XXXX"}), cardiology, accept_valid=True)
    assert faults(report) == [(2, "unit"), (3, "unit"), (4, "unit")]
    assert len({reason for _line, _column, reason, _found in report.faults}) == 1
    assert stay().unit == nephrology


def test_a_visit_that_stands_twice_is_taken_once(cardiology: CareUnit) -> None:
    same = {"visit_number": "V1", "medical_record_number": "X1"}
    report = take(csv_of(same, same), cardiology, accept_valid=True)
    assert faults(report) == [(3, "visit_number")]
    assert report.counts.new == 1


@pytest.mark.parametrize("change", [{"family_name": "Other"}, {"birth_date": "1950-01-01"}, {"sex": "male"}])
def test_a_record_number_of_two_people_is_refused(change: dict[str, str], cardiology: CareUnit) -> None:
    report = take(csv_of({}, change | {"medical_record_number": "X1"}), cardiology, accept_valid=True)
    assert faults(report) == [(3, "medical_record_number")]


def test_two_stays_of_one_patient_make_one_patient(cardiology: CareUnit) -> None:
    take(csv_of({}, {"medical_record_number": "X1", "sex": ""}), cardiology)
    with scope_of_the_system():
        assert Patient.objects.get().encounters.count() == 2
    assert stay("V2").sex == "female"


def test_a_row_older_than_what_is_known_changes_nothing(cardiology: CareUnit) -> None:
    take(csv_of({"told_at": "2026-11-15 10:00"}), cardiology)
    report = take(csv_of({"told_at": "2026-11-15 09:00", "medications_count": "99", "family_name": "Old"}), cardiology)
    assert report.counts.stale == 1
    assert (stay().medications_count, stay().patient.family_name) == (12, "Muster")


def test_a_new_stay_without_its_admission_is_refused_and_a_known_one_is_not(cardiology: CareUnit) -> None:
    take(csv_of({}), cardiology)
    report = take(csv_of({"admitted_at": ""}, {"admitted_at": "", "discharged_at": ""}), cardiology, accept_valid=True)
    assert faults(report) == [(3, "admitted_at")]
    assert report.counts.unchanged == 1


def test_a_discharge_before_the_stored_admission_is_refused(cardiology: CareUnit) -> None:
    take(csv_of({}), cardiology)
    report = take(csv_of({"admitted_at": "", "discharged_at": "2026-11-01 10:00"}), cardiology, accept_valid=True)
    assert faults(report) == [(2, "discharged_at")]


def test_an_import_is_audited_with_counts_and_no_patient(cardiology: CareUnit) -> None:
    take(csv_of({}, {}), cardiology)
    event = AuditEvent.objects.get(verb="encounters.imported")
    assert (event.detail["rows"], event.detail["new"], len(event.detail["file_sha256"])) == (2, 2, 64)
    assert "Muster" not in str(event.detail)


def test_a_file_with_more_rows_than_the_setting_allows_is_refused(cardiology: CareUnit, settings: LazySettings) -> None:
    settings.UPLOAD_MOST_ROWS = 2
    with pytest.raises(FileRefusedError, match="more than 2 rows"):
        take(csv_of({}, {}, {}), cardiology)


def test_a_stay_that_somebody_else_stored_meanwhile_is_noticed_and_nothing_is_stored_twice(cardiology: CareUnit) -> None:
    patient = PatientFacts("X1", "Muster", "Anna", datetime(1951, 4, 2, tzinfo=UTC).date(), "female")
    report = StayReport(patient=patient, visit_number="V1", unit="CARD", admitted_at=datetime(2026, 11, 10, tzinfo=UTC))
    with scope_of_the_system():
        many.stage([many.StagedStay(line=2, report=report, unit_id=cardiology.pk)])
        counts, _faults = many.judge(unit_ids=[cardiology.pk], for_update=True)
        recording.record(report=report, units=[cardiology], by=None)
        with pytest.raises(many.OvertakenError):
            many.store(expected=counts)


def test_a_merged_record_number_leads_to_the_patient_who_goes_on(cardiology: CareUnit) -> None:
    take(csv_of({}, {"family_name": "Survivor"}), cardiology)
    recording.merge_patients(surviving="X2", retired="X1", units=[cardiology], by=None, told_at=None)
    report = take(csv_of({"visit_number": "V3", "medical_record_number": "X1", "family_name": "Stale"}), cardiology)
    assert report.counts.patients_new == 0
    assert stay("V3").patient.family_name == "Survivor"
