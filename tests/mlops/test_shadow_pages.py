"""What approvers and administrators see of a trial and of the 14:03 question, and how they sign."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clinical.access import scope_of_the_system
from clinical.models import AuditEvent, CareUnit, Encounter, User
from mlops.models import ShadowTrial
from mlops.shadow import scoring
from mlops.shadow.pages import sentences_of
from mlops.shadow.report import report_of
from mlops.shadow.trials import start_trial
from predictions import scoring as bedside
from predictions.models import ModelVersion
from tests import small_model
from tests.factories import PASSWORD, encounter_on
from tests.mlops.test_shadow import UNITS, rows_of
from tests.predictions.scored import words_of

TRIALS = "/admin/mlops/shadowtrial/"
WHICH = "/admin/predictions/modelversion/which/"
pytestmark = pytest.mark.usefixtures("nothing_held")
WHY = "To see it on our wards."


@pytest.fixture
def candidate(dana: User) -> ModelVersion:
    small_model.promoted(dana)
    return small_model.examined(seed=1)


@pytest.fixture
def trial(candidate: ModelVersion, frank: User, cardiology: CareUnit) -> ShadowTrial:
    """Twelve patients on Cardiology, all scored by both."""
    trial = start_trial(candidate, by=frank, reason=WHY)
    for number in range(12):
        bedside.score(encounter_on(cardiology, inpatient_stays_prior_year=number))
    scoring.score_open_trials()
    return trial


def confirmed(client: Client) -> Client:
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def signed(client: Client, trial: ShadowTrial, **changes: Any) -> Any:
    report = trial.reports.latest("pk").pk
    typed = {"decision": "go", "reason": "Ranks agree on every ward.", "report": report, **changes}
    return client.post(f"{TRIALS}{trial.public_id}/end/", typed, follow=True)


def test_an_administrator_begins_a_trial_from_the_list(candidate: ModelVersion, frank: User, signed_in: Any) -> None:
    browser = signed_in(frank)
    assert "Try readmission-30d v2" in words_of(browser.get(TRIALS))
    page = browser.post(f"{TRIALS}start/{candidate.public_id}/", {"reason": WHY}, follow=True)
    assert "scores silently from now on" in words_of(page)
    assert ShadowTrial.objects.get().started_by == frank
    refused = browser.post(f"{TRIALS}start/{candidate.public_id}/", {"reason": WHY})
    assert (refused.status_code, "Another trial" in words_of(refused)) == (409, True)


def test_the_report_is_told_in_words_before_tables_and_names_no_patient(trial: ShadowTrial, dana: User, signed_in: Any) -> None:
    page = signed_in(dana).get(f"{TRIALS}{trial.public_id}/")
    words = words_of(page)
    assert "Both scored the same inputs of 12 encounters of 12 patients" in words
    assert words.index("not yet known") < words.index("What wards would be asked to look at")
    assert "Cardiology" in words
    assert "Okafor" not in words
    assert AuditEvent.objects.get(verb="model.shadow_viewed").detail["report"] == trial.reports.latest("pk").sha256


def test_an_approver_confirms_who_they_are_and_signs(trial: ShadowTrial, dana: User, signed_in: Any) -> None:
    page = signed(confirmed(signed_in(dana)), trial)
    words = words_of(page)
    assert "Signed: go. The report is sealed with it." in words
    assert "The report above bears this seal." in words
    assert ShadowTrial.objects.get().decided_by == dana


def test_without_a_fresh_confirmation_nothing_is_signed_and_what_was_typed_is_kept(
    trial: ShadowTrial, dana: User, signed_in: Any
) -> None:
    browser = signed_in(dana)
    assert signed(browser, trial).request["PATH_INFO"].endswith("reauthenticate/")
    assert ShadowTrial.objects.get().is_open
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": f"{TRIALS}{trial.public_id}/end/"})
    assert ShadowTrial.objects.get().decision == "go"


def test_the_decision_rests_on_the_report_that_was_read_and_not_on_a_newer_one(
    trial: ShadowTrial, dana: User, signed_in: Any
) -> None:
    from mlops.shadow import reporting  # noqa: PLC0415

    read = trial.reports.latest("pk")
    reporting.renew(trial)
    signed(confirmed(signed_in(dana)), trial, report=read.pk)
    assert ShadowTrial.objects.get().rests_on == read


def test_an_administrator_reads_and_does_not_sign(trial: ShadowTrial, frank: User, signed_in: Any) -> None:
    browser = confirmed(signed_in(frank))
    assert "frank is not a model approver." in words_of(browser.get(f"{TRIALS}{trial.public_id}/"))
    assert signed(browser, trial).status_code == 403
    assert ShadowTrial.objects.get().is_open


def test_a_form_without_a_reason_says_so_beside_the_field(trial: ShadowTrial, dana: User, signed_in: Any) -> None:
    page = signed(confirmed(signed_in(dana)), trial, reason="ok", decision="")
    assert page.status_code == 422
    assert "Write a reason of at least 10 characters" in words_of(page)
    assert "Choose go or no-go." in words_of(page)


def test_ripe_outcomes_are_told_with_their_interval() -> None:
    body = report_of(rows_of(2000, noise=0.05), units=UNITS, first_ripe=None, draws=30)
    now = timezone.now().isoformat()
    (*_, outcomes) = sentences_of({**body, "from": now, "until": now})
    assert "On 2,000 ripe outcomes" in outcomes
    assert "95 % interval" in outcomes


# --- which model was it ------------------------------------------------------------------------------------------------------


def test_the_page_answers_with_versions_and_people_and_the_log_says_who_asked(
    dana: User, frank: User, encounter: Encounter, signed_in: Any
) -> None:
    small_model.promoted(dana)
    bedside.score(encounter)
    question = {"encounter": str(encounter.public_id), "at": timezone.now().isoformat()}
    words = words_of(signed_in(frank).get(WHICH, question))
    assert "stood with the score of readmission-30d v1 (champion today)" in words
    assert "dana approved it" in words
    assert "The evidence still bears the seal." in words
    with scope_of_the_system():
        assert Encounter.objects.get(pk=encounter.pk).patient.family_name not in words
    event = AuditEvent.objects.get(verb="model.asked_which")
    assert (event.actor_name, event.subject_id) == ("frank", str(encounter.public_id))


@pytest.mark.parametrize(
    "asked",
    [("noon", 422, "no time"), ("2020-01-01T00:00Z", 404, "No model had scored"), ("", 422, "Give a time")],
)
def test_a_question_without_an_answer_says_why(
    asked: tuple[str, int, str], frank: User, encounter: Encounter, signed_in: Any
) -> None:
    at, status, why = asked
    page = signed_in(frank).get(WHICH, {"encounter": str(encounter.public_id), "at": at})
    assert (page.status_code, why in words_of(page)) == (status, True)
