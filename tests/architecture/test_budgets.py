"""How many queries a page may cost: the same for five rows and for sixty."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinical import follow_ups
from clinical.access import scope_of, scope_of_the_system
from clinical.models import CareUnit, Encounter, StaffMembership, User
from clinical.models.follow_up import FollowUpKind, FollowUpState
from tests.factories import EncounterFactory, new_submission
from tests.predictions.scored import patient_on, scored

WORKLIST_QUERIES = 12
ENCOUNTER_QUERIES = 16
AUDIT_QUERIES = 12
FEW, MANY = 5, 60
TRANSACTION = ("SAVEPOINT", "RELEASE")

SignIn = Callable[[User], Client]


def cost(browser: Client, path: str) -> int:
    """Every statement of one request but BEGIN and COMMIT, here savepoints; a first one fills the caches."""
    browser.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(path).status_code == 200
    return sum(not str(query["sql"]).startswith(TRANSACTION) for query in queries)


@pytest.mark.parametrize("path", ["/worklist/", "/worklist/?sort=name", "/worklist/?view=all&sort=-discharged"])
def test_the_worklist_costs_the_same_for_few_and_many(
    path: str, signed_in: SignIn, alice: User, cardiology: CareUnit, nephrology: CareUnit
) -> None:
    StaffMembership.objects.create(user=alice, role="clinician", unit=nephrology)
    browser = signed_in(alice)
    costs = []
    for count in (FEW, MANY - FEW):
        for number in range(count):
            risk = None if number % 10 == 9 else 0.05 + number / 200
            patient_on((cardiology, nephrology)[number % 2], f"Patient{number}", risk)
        costs.append(cost(browser, path))
    assert max(costs) <= WORKLIST_QUERIES
    assert costs[1] - costs[0] <= 1, "sixty rows cost more than the part without a score, which is one query"


def test_an_encounter_costs_the_same_with_a_short_and_a_long_history(
    signed_in: SignIn, alice: User, encounter: Encounter
) -> None:
    browser, path = signed_in(alice), f"/encounters/{encounter.public_id}/"
    scored(encounter)
    costs = []
    for count in (FEW, MANY - FEW):
        lengthen_history(encounter, alice, by=count)
        costs.append(cost(browser, path))
    assert costs[0] == costs[1] <= ENCOUNTER_QUERIES


def lengthen_history(encounter: Encounter, user: User, *, by: int) -> None:
    with scope_of_the_system():
        EncounterFactory.create_batch(by, patient=encounter.patient, unit=encounter.unit)
    with scope_of(user):
        for _ in range(by):
            follow_ups.record(
                encounter=encounter, kind=FollowUpKind.EDUCATION, state=FollowUpState.DONE, note="", by=user,
                prediction_id=None, submission_id=new_submission(),
            )  # fmt: skip


def test_the_audit_log_costs_the_same_for_few_rows_and_many(
    signed_in: SignIn, erin: User, alice: User, encounter: Encounter
) -> None:
    browser = signed_in(erin)
    costs = []
    for count in (FEW, MANY - FEW):
        lengthen_history(encounter, alice, by=count)
        costs.append(cost(browser, "/audit/"))
    assert costs[0] == costs[1] <= AUDIT_QUERIES
