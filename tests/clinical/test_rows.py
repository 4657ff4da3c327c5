from __future__ import annotations

import json
import math

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from clinical import rows
from clinical.access import scope_of, scope_of_the_system
from clinical.models import CareUnit, Encounter, Outcome, Patient, User
from predictions.models import Prediction
from tests.factories import EncounterFactory, PatientFactory
from tests.predictions.scored import scored


def twin_of(prediction: Prediction) -> Prediction:
    """The same once more, not stored."""
    names = [field.attname for field in Prediction._meta.local_concrete_fields if field.name not in {"id", "public_id"}]
    return Prediction(**{name: getattr(prediction, name) for name in names})


def test_a_row_is_stored_as_django_stores_it(encounter: Encounter) -> None:
    with scope_of_the_system():
        copy = EncounterFactory.build(patient=encounter.patient, unit=encounter.unit)
        assert rows.add(copy)
        assert not copy._state.adding
        kept = Encounter.objects.get(pk=copy.pk)
        read = rows.first(Encounter, "id = %s FOR UPDATE", [copy.pk])
    assert read is not None
    for field in Encounter._meta.local_concrete_fields:
        assert getattr(kept, field.attname) == getattr(copy, field.attname) == getattr(read, field.attname), field.name


def test_numbers_keep_their_last_bit_and_missing_ones_stay_missing(encounter: Encounter) -> None:
    first = scored(encounter)
    values = [0.1 + 0.2, None, -0.0, 1e-300, math.pi, 12.0]
    with scope_of_the_system():
        again = twin_of(first)
        again.features_sha256, again.feature_values = "0" * 64, values
        rows.add(again)
        kept = Prediction.objects.get(pk=again.pk)
    assert json.dumps(kept.feature_values) == json.dumps(values)


def test_a_row_that_stands_already_is_told_and_left_alone(encounter: Encounter) -> None:
    first = scored(encounter)
    twin = twin_of(first)
    with scope_of_the_system():
        assert not rows.add(twin, unless="encounter_id, model_version_id, features_sha256")
        assert Prediction.objects.count() == 1
    with pytest.raises(IntegrityError), scope_of_the_system():
        rows.add(twin)


def test_what_is_put_twice_is_changed_only_where_it_was_asked(encounter: Encounter) -> None:
    now = encounter.admitted_at
    first = Outcome(encounter=encounter, matures_at=now, readmission="none", reported_at=now)
    later = Outcome(encounter=encounter, matures_at=now.replace(year=2027))
    with scope_of_the_system():
        for outcome in (first, later):
            rows.put(outcome, one_each="encounter_id", changes=("matures_at",))
        kept = Outcome.objects.get(encounter=encounter)
    assert (kept.matures_at.year, kept.readmission) == (2027, "none")


def test_columns_read_in_any_order_end_in_their_places(alice: User) -> None:
    names = ["id", "public_id", "username", "is_active"]
    user = rows.partly(User, names, [alice.pk, alice.public_id, "alice", True])
    assert (user.pk, user.public_id, user.username, user.is_active) == (alice.pk, alice.public_id, "alice", True)
    assert "first_name" in user.get_deferred_fields()


def test_a_stranger_writes_and_reads_nothing(encounter: Encounter, charlie: User) -> None:
    with scope_of(charlie):
        assert rows.first(Encounter, "id = %s", [encounter.pk]) is None
        with pytest.raises(Patient.DoesNotExist):
            rows.one(Patient, encounter.patient_id)
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            rows.add(EncounterFactory.build(patient=encounter.patient, unit=encounter.unit))


def test_a_verb_called_by_a_verb_tells_the_units_once(encounter: Encounter, charlie: User) -> None:
    with scope_of_the_system(), CaptureQueriesContext(connection) as seen:
        with scope_of_the_system():
            assert Encounter.objects.filter(pk=encounter.pk).exists()
        assert not any("set_config" in str(query["sql"]) for query in seen.captured_queries)
        with scope_of(charlie):
            assert not Encounter.objects.filter(pk=encounter.pk).exists()
            with scope_of_the_system():
                assert Encounter.objects.filter(pk=encounter.pk).exists()
            assert not Encounter.objects.filter(pk=encounter.pk).exists()
        assert Encounter.objects.filter(pk=encounter.pk).exists()


def test_a_scope_that_fails_leaves_the_one_around_it(encounter: Encounter, charlie: User, cardiology: CareUnit) -> None:
    with scope_of(charlie):
        with pytest.raises(IntegrityError), scope_of_the_system():
            PatientFactory(home_unit=cardiology, sex="none")
        assert not Encounter.objects.filter(pk=encounter.pk).exists()
    with scope_of_the_system():
        assert Encounter.objects.filter(pk=encounter.pk).exists()
        assert Patient.objects.count() == 1
