"""The administration's pages of models: who may do what, what is asked again, and what they say."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clinical.models import AuditEvent, User
from mlops import scheduling
from mlops.models import Decision, RunState, RunStep, RunTrigger, TrainingRun
from predictions.models import ModelStatus, ModelVersion
from tests import small_model
from tests.candidates import run_row, version_row, with_evidence
from tests.factories import PASSWORD, member
from tests.predictions.scored import words_of

SignIn = Callable[[User], Client]
HOME, RUNS = "/admin/predictions/modelversion/", "/admin/mlops/trainingrun/"
WHY = "The evidence was read and holds."


@pytest.fixture
def candidate(frank: User) -> ModelVersion:
    """Asked for by Frank, judged beside a champion."""
    before = version_row(status=ModelStatus.CHAMPION, number=1)
    return with_evidence(version_row(requested_by=frank, number=2), compared_with=before)


def at(version: ModelVersion, door: str = "") -> str:
    return f"{HOME}{version.public_id}/{door}"


def confirm(browser: Client, asked: Any) -> Any:
    """Go where the answer leads, give the password there, and come back."""
    assert asked.status_code == 302
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    where = asked["Location"].partition("next=")[2]
    return browser.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": where.replace("%2F", "/")}, follow=True)


def verbs() -> set[str]:
    return set(AuditEvent.objects.values_list("verb", flat=True))


# --- reading ----------------------------------------------------------------------------------------------------------------


def test_the_inbox_says_who_may_decide_and_why_not(candidate: ModelVersion, frank: User, dana: User, signed_in: SignIn) -> None:
    assert "Yes. It waits for you." in words_of(signed_in(dana).get(HOME))
    page = words_of(signed_in(frank).get(HOME))
    assert "You asked for this version, so somebody else has to decide about it." in page
    assert "Passed the gate" in page


def test_a_candidate_stands_beside_the_champion(candidate: ModelVersion, dana: User, signed_in: SignIn) -> None:
    page = words_of(signed_in(dana).get(at(candidate)))
    assert "0.6891 (0.6781 to 0.7001) 0.6831 (0.6721 to 0.6941) better: +0.0060 (+0.0020 to +0.0100)" in page
    assert "Brier skill 0.0621 above 0.05 Passed" in page
    assert "Nephrology 12 83 12 9 +3" in page
    assert "Who pays 0.310 far apart a1c_result 0.130 shifted Age 0.020 alike" in page
    assert candidate.evidence.seal in page
    assert AuditEvent.objects.get(verb="model.viewed").subject_id == str(candidate.public_id)


def test_a_group_of_few_is_not_shown(candidate: ModelVersion, dana: User, signed_in: SignIn) -> None:
    page = words_of(signed_in(dana).get(at(candidate)))
    assert "payer: SELFPAY-RARE fewer than 10 too few to show too few to show" in page


def test_a_missing_figure_is_said_to_be_missing(frank: User, dana: User, signed_in: SignIn) -> None:
    failed = with_evidence(version_row(requested_by=frank), passed=False)
    page = words_of(signed_in(dana).get(at(failed)))
    assert "missing at least 0.4 Failed" in page
    assert "Failed 1 of 2 clauses of the gate" in page


def test_the_evidence_is_handed_out_as_a_file_and_that_is_in_the_log(
    candidate: ModelVersion, dana: User, signed_in: SignIn
) -> None:
    response = signed_in(dana).get(at(candidate, "evidence/"))
    assert response["Content-Disposition"] == 'attachment; filename="readmission-30d-v2-evidence.zip"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "manifest.json" in zipfile.ZipFile(io.BytesIO(response.content)).namelist()
    assert "evidence.downloaded" in verbs()


# --- deciding ---------------------------------------------------------------------------------------------------------------


def test_ones_own_request_is_explained_and_refused(frank: User, signed_in: SignIn) -> None:
    both = member("both", "approver")
    own = with_evidence(version_row(requested_by=both))
    browser = signed_in(both)
    page = browser.get(at(own))
    assert "somebody else has to decide about it" in words_of(page)
    assert b'name="approval-reason"' not in page.content
    refused = browser.post(at(own, "approve/"), {"approval-reason": WHY})
    assert refused.status_code == 409
    assert not Decision.objects.exists()


def test_an_administrator_decides_nothing(candidate: ModelVersion, frank: User, signed_in: SignIn) -> None:
    assert signed_in(frank).post(at(candidate, "approve/"), {"approval-reason": WHY}).status_code == 403


def test_a_reason_that_is_missing_keeps_what_was_typed(candidate: ModelVersion, dana: User, signed_in: SignIn) -> None:
    response = signed_in(dana).post(
        at(candidate, "approve/"), {"approval-reason": "short", "approval-expires_on": "2031-03-31"}
    )
    assert response.status_code == 422
    assert "Write a reason of at least 10 characters" in words_of(response)
    assert b"short</textarea>" in response.content
    assert b'value="2031-03-31"' in response.content


def test_an_approval_asks_again_who_it_is_and_keeps_the_reason(dana: User, signed_in: SignIn) -> None:
    version = small_model.examined()
    browser = signed_in(dana)
    asked = browser.post(at(version, "approve/"), {"approval-reason": WHY, "approval-promote": "on"})
    assert not Decision.objects.exists()
    page = confirm(browser, asked)
    decision = Decision.objects.get(version=version)
    assert (decision.by, decision.reason, decision.kind) == (dana, WHY, "approved")
    assert ModelVersion.objects.get(pk=version.pk).status == ModelStatus.CHAMPION
    assert "is approved. It is the champion now" in words_of(page)
    assert WHY in words_of(page)


def test_a_rejection_is_kept_with_its_reason(candidate: ModelVersion, dana: User, signed_in: SignIn) -> None:
    browser = signed_in(dana)
    page = confirm(browser, browser.post(at(candidate, "reject/"), {"rejection-reason": WHY}))
    assert ModelVersion.objects.get(pk=candidate.pk).status == ModelStatus.REJECTED
    assert WHY in words_of(page)


def test_who_comes_second_is_told_who_was_first(candidate: ModelVersion, dana: User, signed_in: SignIn) -> None:
    first = signed_in(dana)
    confirm(first, first.post(at(candidate, "reject/"), {"rejection-reason": WHY}))
    late = signed_in(member("late", "approver")).post(at(candidate, "approve/"), {"approval-reason": WHY})
    assert late.status_code == 409
    assert "dana rejected it on" in words_of(late)


def test_an_approved_version_comes_into_office_later(dana: User, signed_in: SignIn) -> None:
    version = small_model.examined()
    browser = signed_in(dana)
    confirm(browser, browser.post(at(version, "approve/"), {"approval-reason": WHY}))
    assert ModelVersion.objects.get(pk=version.pk).status == ModelStatus.APPROVED
    browser.post(at(version, "promote/"), {"promotion-reason": WHY})
    assert ModelVersion.objects.get(pk=version.pk).status == ModelStatus.CHAMPION


def test_a_rollback_brings_the_one_before_back(dana: User, frank: User, signed_in: SignIn) -> None:
    first = small_model.promoted(dana)
    second = small_model.promoted(dana, seed=1)
    browser = signed_in(frank)
    assert f"{second} leaves office, and {first}" in words_of(browser.get(f"{HOME}rollback/"))
    page = confirm(browser, browser.post(f"{HOME}rollback/", {"reason": "Alerts doubled on two wards."}))
    assert ModelVersion.objects.get(pk=first.pk).status == ModelStatus.CHAMPION
    assert "Rollback frank Alerts doubled on two wards." in words_of(page)
    assert "model.rolled_back" in words_of(page)


# --- runs -------------------------------------------------------------------------------------------------------------------


def test_an_administrator_starts_a_run_with_a_reason(frank: User, signed_in: SignIn) -> None:
    page = signed_in(frank).post(f"{RUNS}start/", {"reason": "Half a year of new outcomes."}, follow=True)
    run = TrainingRun.objects.get()
    assert (run.trigger, run.requested_by, run.reason) == (RunTrigger.BUTTON, frank, "Half a year of new outcomes.")
    assert "Asked for by frank" in words_of(page)


def test_an_approver_starts_a_run_too_and_may_then_not_decide_about_its_outcome(dana: User, signed_in: SignIn) -> None:
    page = signed_in(dana).post(f"{RUNS}start/", {"reason": WHY}, follow=True)
    assert "You will not be able to approve what comes of it" in words_of(page)
    assert TrainingRun.objects.get().requested_by == dana


def test_a_second_start_is_told_of_the_run_that_goes_on(frank: User, signed_in: SignIn) -> None:
    run_row(requested_by=frank)
    page = signed_in(frank).post(f"{RUNS}start/", {"reason": "Once more, please."})
    assert page.status_code == 409
    assert "A run is going on already, asked for by frank" in words_of(page)
    assert TrainingRun.objects.count() == 1


def test_a_run_shows_its_steps_its_progress_and_its_log(dana: User, frank: User, signed_in: SignIn) -> None:
    now = timezone.now()
    run = run_row(
        requested_by=frank, state=RunState.RUNNING, step=RunStep.TRAIN, progress_done=30, progress_total=120, started_at=now
    )
    run.say("Learning from 60,000 encounters.")
    page = signed_in(dana).get(f"{RUNS}{run.public_id}/")
    words = words_of(page)
    assert "1 of 6 steps done; this step: 30 of 120 (25 %)" in words
    assert "Assemble the data done" in words
    assert "Train going on" in words
    assert "Learning from 60,000 encounters." in words
    assert b'hx-trigger="every 2s"' in page.content


def test_a_run_that_ended_refreshes_nothing(dana: User, signed_in: SignIn) -> None:
    run = run_row(requested_by=None, state=RunState.FAILED, failure="Train: too few outcomes.", ended_at=timezone.now())
    page = signed_in(dana).get(f"{RUNS}{run.public_id}/")
    assert b"hx-trigger" not in page.content
    assert "Train: too few outcomes." in words_of(page)


def test_a_run_is_cancelled_after_a_question(frank: User, signed_in: SignIn) -> None:
    run = scheduling.start(trigger=RunTrigger.BUTTON, requested_by=frank, reason=WHY)
    assert run is not None
    browser = signed_in(frank)
    assert "Cancel this run?" in words_of(browser.get(f"{RUNS}{run.public_id}/cancel/"))
    assert TrainingRun.objects.get().state == RunState.WAITING
    browser.post(f"{RUNS}{run.public_id}/cancel/")
    assert TrainingRun.objects.get().state == RunState.CANCELLED
    assert browser.post(f"{RUNS}{run.public_id}/cancel/").status_code == 409


def test_a_page_that_refreshes_itself_keeps_no_session_open(frank: User, signed_in: SignIn) -> None:
    run = run_row(requested_by=frank)
    browser = signed_in(frank)
    browser.get(HOME)
    session = browser.session
    session["seen_at"] -= 600
    session.save()
    browser.get(f"{RUNS}{run.public_id}/", headers={"X-By-Itself": "yes", "HX-Request": "true"})
    assert browser.session["seen_at"] == session["seen_at"]


def test_a_refresh_after_the_session_ended_sends_the_whole_page_to_the_door(client: Client, frank: User) -> None:
    run = run_row(requested_by=frank)
    answer = client.get(f"{RUNS}{run.public_id}/", headers={"HX-Request": "true"}, follow=True)
    assert answer["HX-Redirect"].startswith("/accounts/login/?next=/admin/mlops/trainingrun/")
