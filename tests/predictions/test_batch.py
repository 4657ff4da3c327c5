from __future__ import annotations

from typing import Any

import pytest

from clinical.access import scope_of_the_system
from clinical.code_lists import DRUGS
from clinical.models import AuditEvent, CareUnit, Encounter
from predictions import batch, scoring, tasks
from predictions.errors import PredictionError
from predictions.explain import MAIN_REASONS
from predictions.models import ModelVersion, Prediction, WorklistEntry
from tests.factories import encounter_on
from tests.predictions.scored import not_scored

NUMBERS = (
    "features_sha256", "feature_values", "factors", "base_probability", "risk_probability", "risk_low", "risk_high", "band",
    "model_version_id", "feature_schema_id",
)  # fmt: skip


@pytest.fixture
def encounters(cardiology: CareUnit, nephrology: CareUnit) -> list[Encounter]:
    """Eight that can be scored, one who died, one with a diagnosis that is no ICD-9 code."""
    made = [
        encounter_on(cardiology if stays % 2 else nephrology, inpatient_stays_prior_year=stays, a1c_result="")
        for stays in range(8)
    ]
    died = encounter_on(cardiology, discharge_disposition=11)
    return [*made, died, encounter_on(nephrology, diagnosis_1="J44.1", diagnosis_3="")]


def numbers_of(prediction: Prediction) -> dict[str, Any]:
    return {name: getattr(prediction, name) for name in NUMBERS}


def newest(encounter: Encounter) -> Prediction:
    with scope_of_the_system():
        return Prediction.objects.filter(encounter=encounter).latest("pk")


def test_a_batch_gives_the_numbers_of_one_by_one(version: ModelVersion, encounters: list[Encounter]) -> None:
    assert batch.score_all() == batch.BatchReport(scored=8, stored=8, refused=2)
    together = [numbers_of(newest(encounter)) for encounter in encounters[:8]]
    with scope_of_the_system():
        from_one = [scoring.score(encounter) for encounter in encounters[:8]]
    assert [numbers_of(prediction) for prediction in from_one] == together
    assert None in together[0]["feature_values"]


def test_one_by_one_first_then_a_batch_stores_nothing_twice(version: ModelVersion, encounters: list[Encounter]) -> None:
    prediction = scoring.score(encounters[0])
    assert batch.score_all() == batch.BatchReport(scored=8, stored=7, refused=2)
    assert newest(encounters[0]) == prediction
    assert batch.score_all() == batch.BatchReport(scored=8, stored=0, refused=2)


def test_every_encounter_is_on_the_list_with_a_score_or_a_reason(version: ModelVersion, encounters: list[Encounter]) -> None:
    batch.score_all()
    with scope_of_the_system():
        entries = {entry.pk: entry for entry in WorklistEntry.objects.all()}
    assert len(entries) == len(encounters)
    assert all(entries[encounter.pk].risk_probability is not None for encounter in encounters[:8])
    assert "death or hospice" in entries[encounters[8].pk].not_scored_reason
    assert "Main diagnosis" in entries[encounters[9].pk].not_scored_reason


def test_a_batch_leaves_what_staff_did_alone(version: ModelVersion, encounters: list[Encounter]) -> None:
    batch.score_all()
    with scope_of_the_system():
        WorklistEntry.objects.update(follow_up_state="planned")
        Encounter.objects.update(inpatient_stays_prior_year=11)
    batch.score_all()
    with scope_of_the_system():
        assert set(WorklistEntry.objects.values_list("follow_up_state", flat=True)) == {"planned"}


def test_a_batch_is_one_line_of_the_audit_log(version: ModelVersion, encounters: list[Encounter]) -> None:
    batch.score_all()
    (event,) = AuditEvent.objects.filter(verb="encounters.scored")
    assert event.detail == {"version": str(version.public_id), "scored": 8, "new": 8, "refused": 2}


def test_only_the_unscored_are_scored_when_asked(version: ModelVersion, encounters: list[Encounter]) -> None:
    scoring.score(encounters[0])
    assert batch.count_to_score(only_unscored=True) == 9
    assert batch.score_all(only_unscored=True) == batch.BatchReport(scored=7, stored=7, refused=2)
    assert batch.score_all(only_unscored=True) == batch.BatchReport(refused=1)


def test_what_waits_and_what_was_never_seen_is_scored_by_the_worker(version: ModelVersion, encounters: list[Encounter]) -> None:
    scoring.score(encounters[0])
    with scope_of_the_system():
        WorklistEntry.objects.filter(pk=encounters[0].pk).update(
            prediction=None, risk_probability=None, not_scored_reason="waits", waits_for_score=True
        )
    assert batch.score_waiting(most=3) == batch.BatchReport(scored=3, stored=2)
    tasks.score_waiting()
    with scope_of_the_system():
        assert WorklistEntry.objects.count() == len(encounters)
        assert not WorklistEntry.objects.filter(waits_for_score=True).exists()


@pytest.mark.django_db
def test_without_a_champion_the_worker_leaves_everything_waiting(encounters: list[Encounter]) -> None:
    tasks.score_waiting()
    with scope_of_the_system():
        assert not Prediction.objects.exists()
    with pytest.raises(PredictionError):
        batch.score_all()


def test_a_reason_of_many_drugs_is_kept_whole(cardiology: CareUnit) -> None:
    reason = "Other diabetes drugs: " + ", ".join(["glyburide-metformin dose increased"] * len(DRUGS))
    entry = not_scored(encounter_on(cardiology))
    with scope_of_the_system():
        WorklistEntry.objects.filter(pk=entry.pk).update(reasons=[reason])
        assert WorklistEntry.objects.get(pk=entry.pk).reasons == [reason]


def test_a_batch_says_the_same_reasons_as_a_single_score(version: ModelVersion, cardiology: CareUnit) -> None:
    encounters = [encounter_on(cardiology, inpatient_stays_prior_year=stays) for stays in (0, 1, 6)]
    batch.score_all()
    with scope_of_the_system():
        together = dict(WorklistEntry.objects.values_list("pk", "reasons"))
        WorklistEntry.objects.update(reasons=[])
    for encounter in encounters:
        scoring.score(encounter)
    with scope_of_the_system():
        alone = dict(WorklistEntry.objects.values_list("pk", "reasons"))
    assert together == alone
    assert all(0 < len(reasons) <= MAIN_REASONS for reasons in together.values())
