"""A stay comes in and is scored, or says why it is not; what turned out not to be so takes its score along."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from clinical.access import scope_of_the_system
from clinical.intake.facts import PatientFacts, StayReport
from clinical.models import AuditEvent, CareUnit, Encounter, User
from predictions import intake
from predictions.batch import score_waiting
from predictions.models import ModelVersion, Prediction, PredictionVoid, WorklistEntry

WHOLE: dict[str, Any] = {
    "race": "caucasian", "payer_code": "MC", "medical_specialty": "Cardiology", "admission_type": 1, "admission_source": 7,
    "discharge_disposition": 1, "lab_procedures_count": 44, "procedures_count": 1, "medications_count": 16,
    "outpatient_visits_prior_year": 0, "emergency_visits_prior_year": 1, "inpatient_stays_prior_year": 2,
    "diagnosis_1": "428", "diagnosis_2": "250.02", "diagnosis_3": "403", "diagnoses_count": 9, "a1c_result": "over_8",
    "drugs": {"insulin": "up", "metformin": "steady"},
}  # fmt: skip
DISCHARGED = datetime(2026, 10, 6, 11, 0, tzinfo=UTC)


@pytest.fixture
def take_in(ehr_client: User, cardiology: CareUnit) -> Callable[..., intake.TakenIn]:
    def taking(*, score_now: bool = True, without: str = "", **attributes: Any) -> intake.TakenIn:
        facts = {name: value for name, value in (WHOLE | attributes).items() if name != without}
        patient = PatientFacts("H-1001", "Okafor", "Miriam", date(1951, 4, 2), "female")
        report = StayReport(patient, "V-1", "CARD", datetime(2026, 10, 1, 9, 30, tzinfo=UTC), DISCHARGED, facts)
        return intake.take_in(report=report, units=[cardiology], by=ehr_client, score_now=score_now)

    return taking


def entry() -> WorklistEntry:
    with scope_of_the_system():
        return WorklistEntry.objects.get()


def test_a_whole_report_is_kept_scored_and_listed(version: ModelVersion, take_in: Callable[..., intake.TakenIn]) -> None:
    taken = take_in()
    assert taken.prediction is not None
    assert (taken.is_new, taken.not_scored, entry().prediction_id) == (True, None, taken.prediction.pk)
    assert entry().waits_for_score is False
    assert list(AuditEvent.objects.order_by("position").values_list("verb", flat=True))[-2:] == [
        "encounter.recorded", "encounter.scored",
    ]  # fmt: skip


def test_the_same_report_again_gives_the_same_score(version: ModelVersion, take_in: Callable[..., intake.TakenIn]) -> None:
    first, again = take_in(), take_in()
    assert (again.prediction, again.is_new, again.changed) == (first.prediction, False, False)


@pytest.mark.parametrize(
    ("without", "label"), [("medications_count", "Different medicines given"), ("drugs", "Any diabetes drug changed")]
)
def test_a_stay_that_lacks_what_a_score_needs_is_kept_and_says_what_is_missing(
    without: str, label: str, version: ModelVersion, take_in: Callable[..., intake.TakenIn]
) -> None:
    taken = take_in(without=without)
    assert taken.prediction is None
    assert str(taken.not_scored) == f"{label}: not recorded, and no score is made without it."
    assert (entry().prediction_id, entry().not_scored_reason) == (None, str(taken.not_scored))


def test_without_a_model_the_stay_is_kept_and_scored_once_there_is_one(
    take_in: Callable[..., intake.TakenIn], cardiology: CareUnit
) -> None:
    taken = take_in()
    assert (taken.prediction, taken.is_new) == (None, True)
    assert taken.not_scored is not None
    assert taken.not_scored.may_pass
    assert entry().waits_for_score


def test_a_stay_that_is_left_for_a_worker_stands_on_the_list_meanwhile(
    version: ModelVersion, take_in: Callable[..., intake.TakenIn]
) -> None:
    take_in(score_now=False)
    assert (entry().prediction_id, entry().not_scored_reason, entry().waits_for_score) == (None, intake.NOT_YET_SCORED, True)
    score_waiting(most=10)
    assert entry().prediction_id is not None


def test_a_cancelled_discharge_voids_the_score_and_leaves_it_readable(
    version: ModelVersion, take_in: Callable[..., intake.TakenIn], cardiology: CareUnit
) -> None:
    taken = take_in()
    intake.cancel_discharge(visit_number="V-1", units=[cardiology], by=None, told_at=None)
    assert (entry().prediction_id, entry().waits_for_score, entry().discharged_at) == (None, True, None)
    with scope_of_the_system():
        prediction = Prediction.objects.get()
        assert (prediction, prediction.is_void) == (taken.prediction, True)


def test_a_score_that_was_void_holds_again_when_the_same_facts_are_told_again(
    version: ModelVersion, take_in: Callable[..., intake.TakenIn], cardiology: CareUnit
) -> None:
    first = take_in()
    intake.cancel_discharge(visit_number="V-1", units=[cardiology], by=None, told_at=None)
    again = take_in()
    assert again.prediction == first.prediction
    with scope_of_the_system():
        assert PredictionVoid.objects.get().taken_back_at is not None


def test_a_stay_that_was_entered_in_error_leaves_the_list_and_its_page_says_so(
    version: ModelVersion, take_in: Callable[..., intake.TakenIn], cardiology: CareUnit, alice: User,
    signed_in: Callable[[User], Client],
) -> None:  # fmt: skip
    stay = take_in().encounter
    intake.cancel_admission(visit_number="V-1", units=[cardiology], by=None, told_at=None)
    with scope_of_the_system():
        assert not WorklistEntry.objects.exists()
        assert Prediction.objects.get().is_void
    assert score_waiting(most=10).refused == 0
    page = signed_in(alice).get(f"/encounters/{stay.public_id}/").content.decode()
    assert "The stay was entered in error" in page


def test_the_page_of_a_changed_record_says_that_its_score_is_of_before(
    version: ModelVersion, take_in: Callable[..., intake.TakenIn], alice: User, signed_in: Callable[[User], Client]
) -> None:
    stay: Encounter = take_in().encounter
    take_in(score_now=False, medications_count=30)
    page = signed_in(alice).get(f"/encounters/{stay.public_id}/").content.decode()
    assert "The record has changed since this score was made." in page


def test_a_score_that_was_void_holds_again_when_a_worker_finds_the_same_facts(
    version: ModelVersion, ehr_client: User, cardiology: CareUnit, take_in: Callable[..., intake.TakenIn]
) -> None:
    first = take_in().prediction
    intake.cancel_discharge(visit_number="V-1", units=[cardiology], by=ehr_client, told_at=None)
    take_in(score_now=False)
    score_waiting(most=10)
    assert first is not None
    assert entry().prediction_id == first.pk
    with scope_of_the_system():
        assert PredictionVoid.objects.get().taken_back_at is not None
