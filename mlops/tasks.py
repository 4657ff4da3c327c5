"""Celery's door to the life of models. Tasks take ids, and may run twice."""

from __future__ import annotations

from celery import shared_task


@shared_task
def continue_runs() -> None:
    """Every run that is due and that nobody holds: after a kill, a pause, or a hint that was lost."""


@shared_task
def retrain_weekly() -> None:
    """Once a week, however many schedulers ask."""
