"""One trace id from the card to what came of it, told by an EHR alone; and what an answer costs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinical.access import scope_of, scope_of_the_system
from clinical.intake.facts import PatientFacts, StayReport
from clinical.models import AuditEvent, CareUnit, Encounter, Outcome, User
from predictions import intake
from predictions.cds.discovery import SERVICE_ID
from predictions.cds.story import Story, story_of
from predictions.models import ModelVersion
from tests.factories import EncounterFactory
from tests.predictions.cds_client import CdsClient, accepted, cds_client_on, overridden
from tests.predictions.scored import scored

CARD_QUERIES = 12
COUNTS = {
    "lab_procedures_count": 60, "procedures_count": 2, "medications_count": 25, "outpatient_visits_prior_year": 2,
    "emergency_visits_prior_year": 3, "inpatient_stays_prior_year": 14, "diagnoses_count": 9,
}  # fmt: skip


@pytest.fixture
def ehr(cardiology: CareUnit) -> CdsClient:
    return cds_client_on(cardiology)


@pytest.fixture
def ehr_client(ehr: CdsClient) -> User:
    return ehr.user


def reported(unit: CareUnit, client: User) -> Encounter:
    """A stay that the EHR told of beforehand, discharged long enough ago for its outcome to be known."""
    left = timezone.now() - timedelta(days=60)
    patient = PatientFacts("MRN-7", "Okafor", "Miriam", (left - timedelta(days=26_000)).date(), "female")
    facts = {**COUNTS, "diagnosis_1": "428", "drugs": {"insulin": "up"}, "discharge_disposition": 1, "admission_type": 1}
    report = StayReport(patient, "V-7", unit.code, left - timedelta(days=9), left, facts)
    return intake.take_in(report=report, units=[unit], by=client).encounter


def test_the_story_runs_from_discovery_to_the_outcome_on_one_number(
    ehr: CdsClient, ehr_client: User, cardiology: CareUnit, version: ModelVersion
) -> None:
    (service,) = {one["id"] for one in ehr.get().json()["services"] if one["hook"] == "encounter-discharge"}
    assert service == SERVICE_ID
    stay = reported(cardiology, ehr_client)
    (card,) = ehr.cards(stay, context={"encounterId": "V-7", "patientId": "MRN-7"})
    told = accepted(card, 0, outcomeTimestamp=f"{timezone.now():%Y-%m-%dT%H:%M:%SZ}")
    assert ehr.feedback(told).status_code == 200
    task = card["suggestions"][0]["actions"][0]["resource"]
    with scope_of_the_system():
        Outcome.objects.filter(encounter=stay).update(readmission="within_30", reported_at=timezone.now())
    story = of_the_only_prediction(ehr_client, stay)
    assert str(story.prediction.public_id) in card["detail"]
    assert [str(shown.uuid) for shown in story.cards] == [card["uuid"]]
    assert story.cards[0].feedback[0].accepted == ["phone_call"]
    assert [(str(done.submission_id), done.kind) for done in story.follow_ups] == [
        (task["identifier"][0]["value"], "phone_call")
    ]
    assert story.outcome == "within_30"
    assert {"cds.answered", "cds.feedback", "follow_up.recorded"} <= audited_with(story)


def of_the_only_prediction(user: User, stay: Encounter) -> Story:
    with scope_of(user):
        story = story_of(stay.predictions.get().public_id)
    assert story is not None
    return story


def audited_with(story: Story) -> set[str]:
    return set(AuditEvent.objects.filter(detail__prediction=str(story.prediction.public_id)).values_list("verb", flat=True))


def test_an_outcome_is_told_in_no_story_before_it_can_be_known(ehr_client: User, encounter: Encounter) -> None:
    prediction = scored(encounter, 0.3)
    with scope_of_the_system():
        now = timezone.now()
        Outcome.objects.create(
            encounter=encounter, readmission="within_30", reported_at=now, matures_at=now + timedelta(days=1)
        )
    with scope_of(ehr_client):
        story = story_of(prediction.public_id)
    assert story is not None
    assert story.outcome is None
    assert story.outcome_known_from is not None


def test_another_unit_reads_no_story(charlie: User, encounter: Encounter) -> None:
    prediction = scored(encounter, 0.3)
    with scope_of(charlie):
        assert story_of(prediction.public_id) is None


def test_a_card_costs_the_same_with_a_short_and_a_long_history(ehr: CdsClient, encounter: Encounter, alice: User) -> None:
    scored(encounter, 0.3)
    costs = []
    for count in (3, 30):
        with scope_of_the_system():
            EncounterFactory.create_batch(count, patient=encounter.patient, unit=encounter.unit)
        for _ in range(count):
            ehr.feedback(overridden(ehr.cards(encounter)[0]))
        with CaptureQueriesContext(connection) as queries:
            ehr.cards(encounter)
        costs.append(sum(not str(one["sql"]).startswith(("SAVEPOINT", "RELEASE")) for one in queries))
    assert costs[0] == costs[1] <= CARD_QUERIES, costs


def test_feedback_costs_no_query_for_each_card_of_the_stay(ehr: CdsClient, encounter: Encounter) -> None:
    scored(encounter, 0.3)
    cards = [ehr.cards(encounter)[0] for _ in range(5)]
    with CaptureQueriesContext(connection) as queries:
        ehr.feedback(overridden(cards[0]))
    assert sum(not str(one["sql"]).startswith(("SAVEPOINT", "RELEASE")) for one in queries) <= CARD_QUERIES
