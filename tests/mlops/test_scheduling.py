"""Which runs are started, and that a trigger starts one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from clinical.models import AuditEvent, User
from mlops import scheduling
from mlops.errors import CancelRefusedError, NotYet, RunInFlightError, TooFewOutcomesError
from mlops.models import RunState, RunStep, RunTrigger, TrainingRun
from mlops.pipeline import holding, taking
from tests.aws import CREDENTIALS, REGION

pytestmark = pytest.mark.django_db
SUNDAY = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def started(**given: object) -> TrainingRun:
    run = scheduling.start(**{"trigger": RunTrigger.COMMAND, **given})  # type: ignore[arg-type]  # keywords of start
    assert run is not None
    return run


def ended(run: TrainingRun) -> None:
    TrainingRun.objects.filter(pk=run.pk).update(state=RunState.FAILED)


def test_a_run_says_who_asked_and_why(frank: User) -> None:
    run = started(requested_by=frank, reason="The wards changed their coding.")
    assert "frank" in run.lines.get().text
    assert "coding" in run.lines.get().text
    event = AuditEvent.objects.get(verb="run.started")
    assert (event.actor_name, event.subject_id) == ("frank", str(run.public_id))


def test_while_one_run_is_in_flight_another_is_refused() -> None:
    run = started()
    with pytest.raises(RunInFlightError):
        started()
    ended(run)
    started()


def test_the_database_itself_holds_one_run_in_flight() -> None:
    started()
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingRun.objects.create(model_name="readmission-30d", trigger="button")


def test_a_trigger_with_a_key_starts_one_run_ever() -> None:
    ended(started(trigger=RunTrigger.EVENT, trigger_key="event:1"))
    assert scheduling.start(trigger=RunTrigger.EVENT, trigger_key="event:1") is None
    assert TrainingRun.objects.count() == 1


def test_however_often_the_schedule_asks_a_week_has_one_run() -> None:
    run = scheduling.start_weekly(SUNDAY)
    assert run is not None
    ended(run)
    assert scheduling.start_weekly(SUNDAY + timedelta(hours=3)) is None
    assert scheduling.start_weekly(SUNDAY + timedelta(days=7)) is not None


def test_a_waiting_run_is_cancelled_at_once_and_only_once(frank: User) -> None:
    run = started()
    scheduling.cancel(run, by=frank)
    run.refresh_from_db()
    assert (run.state, run.failure) == (RunState.CANCELLED, "Cancelled by frank.")
    with pytest.raises(CancelRefusedError):
        scheduling.cancel(run, by=frank)


def test_a_run_that_is_being_worked_on_ends_when_its_next_step_is_taken(frank: User) -> None:
    run = started()
    TrainingRun.objects.update(state=RunState.RUNNING, step=RunStep.GATE)
    scheduling.cancel(run, by=frank)
    assert taking.take_step(run.pk) is None
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED


def cancelled_at_training(frank: User) -> TrainingRun:
    run = started()
    found = {"assemble": {"frozen": {"place": "runs/gone/data", "sha256": "0" * 64}}}
    TrainingRun.objects.update(state=RunState.RUNNING, step=RunStep.TRAIN, findings=found)
    scheduling.cancel(run, by=frank)
    return run


def test_a_run_whose_frozen_data_are_gone_is_cancelled_all_the_same(frank: User, settings: Settings, tmp_path: Path) -> None:
    settings.TRAINING_STORE = str(tmp_path)
    run = cancelled_at_training(frank)
    assert taking.take_step(run.pk) is None
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert run.failure.startswith("Cancelled by frank. What was training may go on to its end: ")
    started()


def test_while_s3_is_away_ending_the_training_is_tried_again_and_then_the_run_is_cancelled(
    frank: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    settings.AWS_ENDPOINT, settings.AWS_REGION, settings.TRAINING_STORE = "http://127.0.0.1:1", REGION, "s3://nobody/training"
    run = cancelled_at_training(frank)
    for _ in range(taking.MOST_ATTEMPTS - 1):
        assert taking.take_step(run.pk) is not None
        TrainingRun.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert taking.take_step(run.pk) is None
    run.refresh_from_db()
    assert (run.state, run.lines.filter(text__endswith="Trying again.").count()) == (RunState.CANCELLED, 3)
    assert "may go on to its end: Listing in S3: not reached" in run.failure


# --- holding --------------------------------------------------------------------------------------------------------------


def test_a_step_that_somebody_holds_is_left_to_them_until_the_hold_runs_out() -> None:
    run = started()
    first = holding.take(run.pk)
    assert first is not None
    assert holding.take(run.pk) is None
    TrainingRun.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    second = holding.take(run.pk)
    assert second is not None
    assert second.attempts == 2
    assert taking._still_mine(first) is None


def test_what_was_found_after_the_hold_had_run_out_is_not_stored() -> None:
    run = started()
    first = holding.take(run.pk)
    TrainingRun.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    holding.take(run.pk)
    assert first is not None
    assert taking._advance(first, {"of": "the one that was thought dead"}) is None
    run.refresh_from_db()
    assert (run.step, run.findings) == (RunStep.ASSEMBLE, {})


def test_a_step_that_goes_on_elsewhere_is_looked_at_again_and_shows_its_progress() -> None:
    run = holding.take(started().pk)
    assert run is not None
    taking._look_again(run, NotYet(seconds=30, done=3, total=9))
    run.refresh_from_db()
    assert (run.progress_done, run.progress_total, run.attempts) == (3, 9, 0)
    assert holding.take(run.pk) is None


def test_a_refusal_that_cannot_pass_ends_the_run_with_its_reason() -> None:
    run = holding.take(started().pk)
    assert run is not None
    taking._refused(run, str(TooFewOutcomesError()), permanent=True)
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert run.failure.startswith("Assemble the data: There are too few encounters")


def test_a_worker_that_dies_at_the_same_step_again_and_again_ends_the_run() -> None:
    run = started()
    for _ in range(taking.MOST_ATTEMPTS):
        assert holding.take(run.pk) is not None
        TrainingRun.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    taking.take_step(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "did not survive" in run.failure
