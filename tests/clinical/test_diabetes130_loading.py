"""Loading: everything or nothing, once, with dates that follow the labels and people who do not exist."""

from __future__ import annotations

import io
import itertools
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from clinical.access import scope_of, scope_of_the_system
from clinical.code_lists import DISPOSITIONS_WITHOUT_RETURN
from clinical.diabetes130.anchor import anchor_of
from clinical.diabetes130.calendar import simulate
from clinical.diabetes130.loading import LoadReport, load
from clinical.diabetes130.reader import read_table
from clinical.diabetes130.source import find_dataset
from clinical.errors import RowsRefusedError, SourceRefusedError
from clinical.models import AuditEvent, CareUnit, Encounter, Outcome, Patient, StaffMembership, User
from tests.clinical.data_set_files import csv_file, row, rows, table, zip_file
from tests.factories import CareUnitFactory, PatientFactory

AS_OF = date(2026, 3, 1)
MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)


def store(folder: Path, content: list[list[str]], *, as_of: date | None = AS_OF) -> LoadReport:
    return load(table=read_table(csv_file(folder, table(content))), as_of=as_of)


def many(count: int) -> list[list[str]]:
    """Stays of which every third patient has three: back soon, back later, and not again."""
    content = []
    for n in range(count):
        labels = ("<30", ">30", "NO") if n % 3 == 0 else ("NO",)
        for place, label in enumerate(labels):
            stay = row(
                encounter_id=10_000 + 10 * n + place,
                patient_nbr=500 + n,
                readmitted=label,
                time_in_hospital=1 + n % 14,
                number_inpatient=place,
                discharge_disposition_id=11 if n % 10 == 5 else 1,
            )
            content.append(stay)
    return content


def test_the_facts_of_a_row_are_stored(tmp_path: Path, db: None) -> None:
    store(tmp_path, [row(encounter_id=7, patient_nbr=8)])
    with scope_of_the_system():
        stay = Encounter.objects.select_related("patient").get()
    assert (stay.provenance, stay.source_id, stay.source_order, stay.patient.source_id) == ("diabetes130", "7", 0, "8")
    assert (stay.age_band, stay.length_of_stay_days, stay.diagnosis_2, stay.a1c_result) == ("[70-80)", 4, "250.6", "over_8")
    assert (stay.drugs, stay.weight_band, stay.inpatient_stays_prior_year) == ({"insulin": "up"}, "", 1)


def test_the_same_file_again_stores_nothing_and_moves_nobody(tmp_path: Path, db: None) -> None:
    first = store(tmp_path, many(40))
    before = _everything()
    again = store(tmp_path, many(40), as_of=None)
    assert (first.stored.encounters, first.already_there) == (first.rows_read, 0)
    assert (again.stored.encounters, again.stored.patients, again.already_there) == (0, 0, first.rows_read)
    assert _everything() == before
    assert again.as_of == AS_OF


def test_rows_that_are_new_are_added_to_those_that_are_there(tmp_path: Path, db: None) -> None:
    store(tmp_path, rows(400))
    report = store(tmp_path, [*rows(400), row(encounter_id=90_000, patient_nbr=90_000)])
    assert (report.stored.encounters, report.already_there) == (1, 400)


def test_more_stays_of_a_stored_patient_would_move_dates_and_are_refused(tmp_path: Path, db: None) -> None:
    store(tmp_path, rows(30))
    before = _everything()
    with pytest.raises(SourceRefusedError, match="stored with other dates"):
        store(tmp_path, [*rows(30), *(row(encounter_id=5_000 + n, patient_nbr=500 + n) for n in range(30))])
    assert _everything() == before


def test_the_first_load_fixes_the_day_of_the_wards(tmp_path: Path, db: None) -> None:
    store(tmp_path, rows(3))
    assert anchor_of("diabetes130") == AS_OF
    with pytest.raises(SourceRefusedError, match="fixed by its first load"):
        store(tmp_path, rows(3), as_of=date(2026, 3, 2))


def test_wards_cannot_stand_on_a_day_to_come(tmp_path: Path, db: None) -> None:
    with pytest.raises(SourceRefusedError, match="in the future"):
        store(tmp_path, rows(3), as_of=date(2199, 1, 1))


def test_one_bad_row_leaves_the_database_untouched(tmp_path: Path, db: None) -> None:
    with pytest.raises(RowsRefusedError, match="nothing was stored"):
        store(tmp_path, [*rows(200), row(encounter_id=1, age="?")])
    assert _untouched()


def test_a_few_bad_rows_can_be_left_out_when_asked_and_more_cannot(tmp_path: Path, db: None) -> None:
    few = read_table(csv_file(tmp_path, table([*rows(200), row(encounter_id=1, age="?")])))
    many_bad = read_table(csv_file(tmp_path, table([*rows(50), row(encounter_id=1, age="?")])))
    with pytest.raises(SourceRefusedError, match="more than 1% are never left out"):
        load(table=many_bad, as_of=AS_OF, leave_out_refused=True)
    assert _untouched()
    report = load(table=few, as_of=AS_OF, leave_out_refused=True)
    assert (report.stored.encounters, report.rows_refused) == (200, 1)


def test_a_fault_while_storing_takes_everything_back(tmp_path: Path, db: None) -> None:
    ward = CareUnitFactory()
    with scope_of_the_system():  # somebody else holds the record number that the last of the file's patients would get
        PatientFactory(home_unit=ward, provenance="ehr", medical_record_number=f"FD{504 * 387_420_489 % 10**9:09d}")
    with pytest.raises(SourceRefusedError, match="medical_record_number"):
        store(tmp_path, rows(5))
    assert CareUnit.objects.get() == ward
    with scope_of_the_system():
        assert (Patient.objects.count(), Encounter.objects.count()) == (1, 0)
    assert not AuditEvent.objects.filter(verb="cohort.loaded").exists()


def test_a_load_is_audited_in_counts(tmp_path: Path, db: None) -> None:
    report = store(tmp_path, rows(3))
    event = AuditEvent.objects.get(verb="cohort.loaded")
    assert event.subject_id == "diabetes130"
    assert event.detail == {
        "as_of": "2026-03-01", "file_sha256": report.sha256, "rows_read": 3, "rows_refused": 0, "already_there": 0,
        "encounters_stored": 3, "patients_stored": 3, "outcomes_stored": report.stored.outcomes,
    }  # fmt: skip


# --- simulated dates --------------------------------------------------------------------------------------------------------


def test_gaps_between_stays_agree_with_their_labels(tmp_path: Path, db: None) -> None:
    store(tmp_path, many(90))
    gaps: dict[str, list[timedelta]] = {"within_30": [], "later": []}
    labels = _labels()
    for stay, following in _pairs():
        assert stay.discharged_at is not None
        gaps[labels[stay.source_id]].append(following.admitted_at - stay.discharged_at)
    assert min(gaps["within_30"]) > timedelta(0)
    assert max(gaps["within_30"]) <= timedelta(days=30)
    assert min(gaps["later"]) > timedelta(days=30)
    assert (len(gaps["within_30"]), len(gaps["later"])) == (30, 30)


def test_a_stay_without_readmission_comes_last_whatever_its_number(tmp_path: Path, db: None) -> None:
    store(tmp_path, [row(encounter_id=1, readmitted="NO"), row(encounter_id=2, readmitted="<30")])
    with scope_of_the_system():
        assert list(Encounter.objects.order_by("admitted_at").values_list("source_id", flat=True)) == ["2", "1"]


def test_nothing_follows_a_death(tmp_path: Path, db: None) -> None:
    store(tmp_path, [row(encounter_id=1, readmitted=">30", discharge_disposition_id=11), row(encounter_id=2, readmitted="NO")])
    with scope_of_the_system():
        assert list(Encounter.objects.order_by("admitted_at").values_list("source_id", flat=True)) == ["2", "1"]


def test_a_stay_lasts_as_long_as_the_file_says_and_begins_before_the_day_of_the_wards(tmp_path: Path, db: None) -> None:
    store(tmp_path, many(60))
    with scope_of_the_system():
        for stay in Encounter.objects.all():
            assert stay.admitted_at < MIDNIGHT
            if stay.discharged_at:
                assert (stay.discharged_at.date() - stay.admitted_at.date()).days == stay.length_of_stay_days
                assert 8 <= stay.discharged_at.hour <= 19


def test_somebody_is_on_the_ward_and_nobody_there_has_died(tmp_path: Path, db: None) -> None:
    report = store(tmp_path, many(300))
    with scope_of_the_system():
        present = list(Encounter.objects.on_the_ward())
    assert sum(report.on_the_ward.values()) == len(present) > 0
    for stay in present:
        assert stay.discharge_disposition not in DISPOSITIONS_WITHOUT_RETURN
        assert stay.admitted_at + timedelta(days=stay.length_of_stay_days) >= MIDNIGHT - timedelta(days=1)


def test_dates_do_not_depend_on_the_order_of_the_file(tmp_path: Path, db: None) -> None:
    frame = read_table(csv_file(tmp_path, table(many(50)))).frame
    backwards = simulate(frame.reverse(), as_of=AS_OF).sort("encounter_id")
    assert simulate(frame, as_of=AS_OF).sort("encounter_id").drop("line").equals(backwards.drop("line"))


# --- people and wards -------------------------------------------------------------------------------------------------------


def test_people_are_fictitious_distinct_and_of_the_right_age_and_sex(tmp_path: Path, db: None) -> None:
    content = [
        row(encounter_id=n, patient_nbr=n, age=f"[{n % 10}0-{n % 10 + 1}0)", gender=("Male", "Female")[n % 2])
        for n in range(1, 80)
    ]
    content = [[cell.replace("[00-10)", "[0-10)") for cell in cells] for cells in content]
    store(tmp_path, content)
    with scope_of_the_system():
        patients = list(Patient.objects.prefetch_related("encounters"))
    assert len({patient.medical_record_number for patient in patients}) == len(patients) == 79
    for patient in patients:
        (stay,) = patient.encounters.all()
        low = int(stay.age_band[1:].split("-")[0])
        assert low <= patient.age_years_on(stay.admitted_at.date()) < low + 10
        assert patient.sex == stay.sex
        assert patient.medical_record_number.startswith("FD")


def test_a_birth_date_fits_all_stays_or_else_the_latest(tmp_path: Path, db: None) -> None:
    fitting = [row(encounter_id=1, patient_nbr=1, age="[60-70)", readmitted=">30"), row(encounter_id=2, patient_nbr=1)]
    clashing = [row(encounter_id=3, patient_nbr=2, age="[20-30)", readmitted=">30"), row(encounter_id=4, patient_nbr=2)]
    younger = [row(encounter_id=5, patient_nbr=3, readmitted=">30"), row(encounter_id=6, patient_nbr=3, age="[20-30)")]
    report = store(tmp_path, [*fitting, *clashing, *younger])
    assert report.age_bands_in_conflict == 2
    with scope_of_the_system():
        for stay in Encounter.objects.exclude(source_id__in=("3", "5")).select_related("patient"):
            low = int(stay.age_band[1:3])
            assert low <= stay.patient.age_years_on(stay.admitted_at.date()) < low + 10


def test_a_dozen_wards_are_opened_and_a_patient_stays_on_one(tmp_path: Path, db: None) -> None:
    store(tmp_path, many(200))
    assert CareUnit.objects.count() == 12
    with scope_of_the_system():
        for patient in Patient.objects.prefetch_related("encounters"):
            assert {stay.unit_id for stay in patient.encounters.all()} == {patient.home_unit_id}


def test_the_primary_diagnosis_of_the_latest_stay_chooses_the_ward(tmp_path: Path, db: None) -> None:
    content = [row(encounter_id=n, patient_nbr=n, diag_1="531" if n % 2 else "428") for n in range(1, 60)]
    store(tmp_path, content)
    with scope_of_the_system():
        for stay in Encounter.objects.select_related("unit"):
            assert (stay.unit.code == "GI-2N") == (stay.diagnosis_1 == "531")
            assert stay.diagnosis_1 == "531" or stay.unit.code.startswith(("CARD", "HEART"))


def test_a_nurse_sees_the_loaded_patients_of_her_ward_alone(tmp_path: Path, db: None) -> None:
    store(tmp_path, many(100))
    nurse, ward = User.objects.create(username="n"), CareUnit.objects.get(code="CARD-4W")
    StaffMembership.objects.create(user=nurse, role="clinician", unit=ward)
    with scope_of(nurse):
        assert set(Encounter.objects.values_list("unit_id", flat=True)) == {ward.pk}


# --- outcomes ---------------------------------------------------------------------------------------------------------------


def test_an_outcome_is_known_only_when_its_window_and_the_lag_have_passed(tmp_path: Path, db: None, settings: Settings) -> None:
    settings.OUTCOME_LAG_DAYS = 9
    store(tmp_path, many(600))
    labels = _labels()
    with scope_of_the_system():
        outcomes = list(Outcome.objects.select_related("encounter"))
        assert len(outcomes) == Encounter.objects.filter(discharged_at__isnull=False).count()
    ripe = [outcome for outcome in outcomes if outcome.matures_at <= MIDNIGHT]
    assert 0 < len(ripe) < len(outcomes)
    for outcome in outcomes:
        assert outcome.encounter.discharged_at is not None
        assert outcome.matures_at - outcome.encounter.discharged_at == timedelta(days=39)
        is_ripe = outcome.matures_at <= MIDNIGHT
        assert outcome.readmission == (labels[outcome.encounter.source_id] if is_ripe else "")
        assert outcome.reported_at == (outcome.matures_at if is_ripe else None)


# --- the command ------------------------------------------------------------------------------------------------------------


def test_the_command_reports_what_it_read_stored_and_found(tmp_path: Path, db: None) -> None:
    path, told = zip_file(tmp_path), io.StringIO()
    for _run in range(2):
        call_command("load_diabetes130", str(path), as_of=AS_OF, stdout=told, stderr=io.StringIO())
    assert "3 rows read, 3 encounters of 3 patients stored, 0 already there, 0 refused." in told.getvalue()
    assert "3 rows read, 0 encounters of 0 patients stored, 3 already there, 0 refused." in told.getvalue()
    assert "this is not the published file" in told.getvalue()


def test_the_command_lists_refused_rows_and_stores_nothing(tmp_path: Path, db: None) -> None:
    told = io.StringIO()
    path = csv_file(tmp_path, table([*rows(2), *(row(encounter_id=n, gender="x") for n in range(30))]))
    with pytest.raises(CommandError, match="30 of the file's rows are not usable, and nothing was stored"):
        call_command("load_diabetes130", str(path), stdout=told, stderr=told)
    assert told.getvalue().count("gender is 'x', not one of Female, Male, Unknown/Invalid") == 20
    assert _untouched()


@pytest.mark.parametrize("content", [table(rows(3))[:-2], table(rows(3)).encode("utf-16"), b"PK\x03\x04", "a,b\r\n1,2\r\n"])
def test_the_command_refuses_faulty_files_with_an_untouched_database(tmp_path: Path, db: None, content: str | bytes) -> None:
    with pytest.raises(CommandError):
        call_command("load_diabetes130", str(csv_file(tmp_path, content)), stderr=io.StringIO())
    assert _untouched()


def test_the_command_finds_the_configured_file(tmp_path: Path, db: None, settings: Settings) -> None:
    settings.DATASET = zip_file(tmp_path)
    told = io.StringIO()
    call_command("load_diabetes130", stdout=told, stderr=io.StringIO())
    assert "3 rows read" in told.getvalue()


def test_without_a_file_the_command_says_what_to_do(tmp_path: Path, db: None, settings: Settings) -> None:
    settings.DATASET, settings.BASE_DIR = None, tmp_path / "a" / "b"
    with pytest.raises(CommandError, match="set WARDLIGHT_DATASET"):
        call_command("load_diabetes130", stderr=io.StringIO())


@pytest.mark.dataset
def test_the_published_file_fills_every_ward_and_keeps_the_rules(db: None) -> None:
    path = find_dataset()
    if path is None:
        pytest.skip("the data set is not on this machine")
    report = load(table=read_table(path), as_of=AS_OF)
    assert (report.stored.encounters, report.stored.patients) == (101_766, 71_518)
    assert len(report.on_the_ward) == 12
    assert all(15 <= present <= 30 for present in report.on_the_ward.values())
    assert report.age_bands_in_conflict < 20


# --- looking ----------------------------------------------------------------------------------------------------------------


def _untouched() -> bool:
    """No ward and no audit row; and where there is no ward there can be no patient."""
    return not CareUnit.objects.exists() and not AuditEvent.objects.filter(verb="cohort.loaded").exists()


def _everything() -> tuple[list[object], list[object], list[object]]:
    with scope_of_the_system():
        return (
            list(Patient.objects.order_by("pk").values()),
            list(Encounter.objects.order_by("pk").values()),
            list(Outcome.objects.order_by("pk").values()),
        )


def _pairs() -> list[tuple[Encounter, Encounter]]:
    with scope_of_the_system():
        stays = list(Encounter.objects.order_by("patient_id", "admitted_at"))
    return [(one, two) for one, two in itertools.pairwise(stays) if one.patient_id == two.patient_id]


def _labels() -> dict[str, str]:
    """What `many` says of each stay, by its id."""
    words = {"<30": "within_30", ">30": "later", "NO": "none"}
    return {cells[0]: words[cells[-1]] for cells in many(600)}
