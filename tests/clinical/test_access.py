"""Scope: what each person sees, through the application and by raw SQL."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from clinical import access
from clinical.models import CareUnit, Encounter, StaffMembership, User
from clinical.models.encounter import EncounterQuerySet
from tests.factories import EncounterFactory, encounter_on


def test_a_nurse_sees_the_encounters_of_her_unit(alice: User, encounter: Encounter) -> None:
    with access.scope_of(alice):
        assert list(access.encounters_for(alice)) == [encounter]
        assert list(access.patients_for(alice)) == [encounter.patient]


def test_a_nurse_of_another_unit_sees_none_of_them(charlie: User, encounter: Encounter) -> None:
    with access.scope_of(charlie):
        assert not access.encounters_for(charlie).exists()
        assert not access.patients_for(charlie).exists()


@pytest.mark.parametrize("role", ["dana", "erin", "frank"])
def test_hospital_wide_roles_see_no_patient(role: str, request: pytest.FixtureRequest, encounter: Encounter) -> None:
    user = request.getfixturevalue(role)
    with access.scope_of(user):
        assert not access.encounters_for(user).exists()
        assert encounters_by_raw_sql() == 0


def test_postgresql_hides_other_units_from_a_query_without_a_filter(charlie: User, encounter: Encounter) -> None:
    with access.scope_of(charlie):
        assert encounters_by_raw_sql() == 0
        assert not Encounter.objects.filter(pk=encounter.pk).exists()


def test_outside_of_a_scope_postgresql_shows_nothing_at_all(encounter: Encounter) -> None:
    assert encounters_by_raw_sql() == 0


def test_a_scope_inside_a_scope_gives_the_outer_one_back(alice: User, charlie: User, encounter: Encounter) -> None:
    with access.scope_of(alice):
        with access.scope_of(charlie):
            assert encounters_by_raw_sql() == 0
        assert encounters_by_raw_sql() == 1


def test_a_scope_that_fails_does_not_stay_open(alice: User, encounter: Encounter) -> None:
    with pytest.raises(ZeroDivisionError), access.scope_of(alice):
        raise ZeroDivisionError
    assert encounters_by_raw_sql() == 0


def test_an_ended_membership_ends_the_sight(alice: User, encounter: Encounter) -> None:
    StaffMembership.objects.filter(user=alice).update(ended_at=encounter.admitted_at)
    with access.scope_of(alice):
        assert not access.encounters_for(alice).exists()
        assert encounters_by_raw_sql() == 0


def test_an_encounter_cannot_be_written_into_another_unit(alice: User, encounter: Encounter, nephrology: CareUnit) -> None:
    with pytest.raises(Exception, match="row-level security"), access.scope_of(alice), transaction.atomic():
        Encounter.objects.filter(pk=encounter.pk).update(unit=nephrology)


def test_the_application_role_owns_no_table_and_is_no_superuser(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)


def test_every_table_with_a_patient_in_it_is_under_forced_row_level_security(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        assert {name for (name,) in cursor.fetchall()} >= {
            "clinical_patient", "clinical_encounter", "clinical_outcome", "clinical_followup",
            "predictions_prediction", "predictions_worklistentry",
        }  # fmt: skip


def test_a_patient_who_moved_is_seen_from_both_units(
    alice: User, charlie: User, nephrology: CareUnit, encounter: Encounter
) -> None:
    with access.scope_of_the_system():
        EncounterFactory(patient=encounter.patient, unit=nephrology)
    for user in (alice, charlie):
        with access.scope_of(user):
            assert access.patients_for(user).count() == 1
            seen: EncounterQuerySet = access.encounters_for(user)
            assert seen.count() == 1


def test_two_units_make_two_encounters_for_one_nurse(alice: User, nephrology: CareUnit, encounter: Encounter) -> None:
    StaffMembership.objects.create(user=alice, role="clinician", unit=nephrology)
    encounter_on(nephrology)
    with access.scope_of(alice):
        assert access.encounters_for(alice).count() == 2


def encounters_by_raw_sql() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM clinical_encounter")
        return int(cursor.fetchone()[0])
