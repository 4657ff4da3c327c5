from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from clinical.access import scope_of_the_system
from clinical.errors import ClinicalError
from clinical.models import AuditEvent, CareUnit, Encounter
from predictions import scoring, tasks
from predictions.errors import CannotReturnError, FeatureOutOfRangeError, NoChampionError
from predictions.features import schema_hash
from predictions.models import ModelVersion, Prediction, WorklistEntry
from tests.factories import EncounterFactory, encounter_on


def entry_of(encounter: Encounter) -> WorklistEntry:
    with scope_of_the_system():
        return WorklistEntry.objects.get(pk=encounter.pk)


def predictions_of(encounter: Encounter) -> list[Prediction]:
    with scope_of_the_system():
        return list(Prediction.objects.filter(encounter=encounter).order_by("pk"))


def change(encounter: Encounter, **attributes: object) -> Encounter:
    with scope_of_the_system():
        Encounter.objects.filter(pk=encounter.pk).update(**attributes)
        return Encounter.objects.get(pk=encounter.pk)


def test_a_score_is_kept_with_its_inputs_and_parts(version: ModelVersion, encounter: Encounter) -> None:
    prediction = scoring.score(encounter)
    (kept,) = predictions_of(encounter)
    assert kept == prediction
    assert kept.model_version_id == version.pk
    assert kept.feature_schema_id == schema_hash()
    assert len(kept.feature_values) == len(kept.factors)
    assert kept.base_probability + sum(kept.factors) == pytest.approx(kept.risk_probability, abs=1e-9)
    assert kept.risk_low <= kept.risk_probability <= kept.risk_high


def test_the_worklist_shows_the_score_and_the_audit_log_that_it_was_made(version: ModelVersion, encounter: Encounter) -> None:
    prediction = scoring.score(encounter)
    entry = entry_of(encounter)
    assert (entry.prediction_id, entry.risk_probability, entry.band) == (
        prediction.pk, prediction.risk_probability, prediction.band,
    )  # fmt: skip
    (event,) = AuditEvent.objects.filter(verb="encounter.scored")
    assert event.subject_id == str(encounter.public_id)
    assert event.detail == {"prediction": str(prediction.public_id), "new": True}


def test_the_same_inputs_give_the_same_prediction(version: ModelVersion, encounter: Encounter) -> None:
    assert scoring.score(encounter) == scoring.score(encounter)
    assert len(predictions_of(encounter)) == 1


def test_a_corrected_encounter_gets_a_new_prediction_and_keeps_the_old_one(version: ModelVersion, encounter: Encounter) -> None:
    first = scoring.score(encounter)
    second = scoring.score(change(encounter, inpatient_stays_prior_year=9))
    assert predictions_of(encounter) == [first, second]
    assert entry_of(encounter).prediction_id == second.pk


def test_what_staff_did_is_left_alone(version: ModelVersion, encounter: Encounter) -> None:
    scoring.score(encounter)
    with scope_of_the_system():
        WorklistEntry.objects.filter(pk=encounter.pk).update(follow_up_state="done")
    scoring.score(change(encounter, inpatient_stays_prior_year=9))
    assert entry_of(encounter).follow_up_state == "done"


@pytest.mark.parametrize("disposition", [11, 13, 20])
def test_who_cannot_return_is_not_scored_and_the_list_says_why(
    version: ModelVersion, cardiology: CareUnit, disposition: int
) -> None:
    encounter = encounter_on(cardiology, discharge_disposition=disposition)
    with pytest.raises(CannotReturnError):
        scoring.score(encounter)
    entry = entry_of(encounter)
    assert (entry.risk_probability, entry.waits_for_score) == (None, False)
    assert "death or hospice" in entry.not_scored_reason


@pytest.mark.django_db
def test_without_a_champion_the_encounter_waits(encounter: Encounter) -> None:
    with pytest.raises(NoChampionError):
        scoring.score(encounter)
    entry = entry_of(encounter)
    assert entry.waits_for_score
    assert entry.not_scored_reason == "No model has been promoted yet."


def test_an_impossible_value_is_named_and_does_not_wait(version: ModelVersion, encounter: Encounter) -> None:
    scoring.score(encounter)
    with pytest.raises(FeatureOutOfRangeError):
        scoring.score(change(encounter, diagnosis_1="J44.1"))
    entry = entry_of(encounter)
    assert entry.risk_probability is None
    assert entry.prediction_id is None
    assert "Main diagnosis" in entry.not_scored_reason
    assert not entry.waits_for_score


def test_an_encounter_that_has_not_begun_cannot_be_scored(version: ModelVersion, encounter: Encounter) -> None:
    with pytest.raises(ClinicalError):
        scoring.score(encounter, as_of=datetime(2020, 1, 1, tzinfo=UTC))


def test_a_task_may_run_twice_and_leaves_a_refusal_on_the_list(version: ModelVersion, encounter: Encounter) -> None:
    tasks.score_encounter(encounter.pk)
    tasks.score_encounter(encounter.pk)
    assert len(predictions_of(encounter)) == 1
    tasks.score_encounter(change(encounter, discharge_disposition=11).pk)
    assert entry_of(encounter).not_scored_reason


@pytest.mark.parametrize(
    "statement", ["UPDATE predictions_prediction SET risk_probability = 0", "DELETE FROM predictions_prediction"]
)
def test_a_prediction_can_be_neither_changed_nor_deleted(version: ModelVersion, encounter: Encounter, statement: str) -> None:
    scoring.score(encounter)
    with pytest.raises(DatabaseError), scope_of_the_system(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_another_stay_of_the_patient_is_scored_on_its_own(version: ModelVersion, encounter: Encounter) -> None:
    with scope_of_the_system():
        other = EncounterFactory(patient=encounter.patient, unit=encounter.unit, inpatient_stays_prior_year=0)
    assert scoring.score(other) != scoring.score(encounter)
