"""Which function takes which step. The heavy ones are imported when they are taken: pages read runs, and never learn."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from mlops.models import RunStep, TrainingRun

Step = Callable[[TrainingRun], dict[str, Any]]


def step_called(name: str) -> Step:
    """`take` of the step's module in mlops/steps."""
    step: Step = import_module(f"mlops.steps.{RunStep(name).value}").take
    return step


def stop(run: TrainingRun) -> None:
    """End what a step left running elsewhere; only training does."""
    if run.step == RunStep.TRAIN:
        import_module("mlops.steps.train").stop(run)
