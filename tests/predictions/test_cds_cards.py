"""Cards: what an EHR gets for a stay that is on record."""

from __future__ import annotations

import pytest

from clinical.access import scope_of
from clinical.models import CareUnit, Encounter, User
from predictions.models import CdsCard
from tests.factories import encounter_on
from tests.predictions.cds_client import CdsClient, cds_client_on
from tests.predictions.scored import not_scored, scored


@pytest.fixture
def ehr(cardiology: CareUnit) -> CdsClient:
    return cds_client_on(cardiology)


@pytest.fixture
def ehr_client(ehr: CdsClient) -> User:
    return ehr.user


def test_a_high_risk_is_a_card_that_warns(ehr: CdsClient, encounter: Encounter) -> None:
    prediction = scored(encounter, 0.23)
    (card,) = ehr.cards(encounter)
    assert card["indicator"] == "warning"
    assert card["summary"] == "High risk of coming back within 30 days: about 23 of 100 patients like this."
    assert str(prediction.public_id) in card["detail"]


def test_a_low_risk_is_no_card(ehr: CdsClient, encounter: Encounter, ehr_client: User) -> None:
    scored(encounter, 0.05)
    assert ehr.cards(encounter) == []
    with scope_of(ehr_client):
        assert not CdsCard.objects.exists()


def test_a_stay_without_a_score_is_a_card_that_says_so(ehr: CdsClient, encounter: Encounter) -> None:
    not_scored(encounter, "The number of medications is not recorded.")
    (card,) = ehr.cards(encounter)
    assert card["summary"] == "Readmission risk not scored: the number of medications is not recorded."
    assert "That does not mean that it is low." in card["detail"]
    assert "suggestions" not in card


def test_a_stay_that_nobody_knows_is_no_empty_list(ehr: CdsClient, encounter: Encounter) -> None:
    answer = ehr.call(encounter, context={"encounterId": "unknown", "patientId": "nobody"})
    assert answer.status_code == 412
    assert "prefetch" in answer.json()["detail"]


def test_a_stay_of_another_unit_is_one_that_nobody_knows(ehr: CdsClient, nephrology: CareUnit, encounter: Encounter) -> None:
    other = encounter_on(nephrology)
    scored(other, 0.4)
    assert ehr.call(other).status_code == 412
