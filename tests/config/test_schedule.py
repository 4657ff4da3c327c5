"""The schedule names tasks that there are, and what has to happen by itself is on it."""

from __future__ import annotations

import pytest

from config.celery import app

BY_ITSELF = (
    "clinical.tasks.deliver_messages",
    "mlops.tasks.continue_runs",
    "mlops.tasks.look_for_trouble",
    "mlops.tasks.reconcile_register",
    "mlops.tasks.retrain_weekly",
    "mlops.tasks.score_in_the_shadow",
    "mlops.tasks.watch_last_night",
)


def scheduled() -> set[str]:
    return {entry["task"] for entry in app.conf.beat_schedule.values()}


@pytest.mark.parametrize("task", BY_ITSELF)
def test_what_has_to_happen_by_itself_is_on_the_schedule(task: str) -> None:
    assert task in scheduled()


def test_every_scheduled_and_every_routed_task_exists() -> None:
    app.loader.import_default_modules()
    assert scheduled() | set(app.conf.task_routes) <= set(app.tasks)
