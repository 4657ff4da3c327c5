"""Training runs: one way from data to a candidate, step by step, each step stored when it is done."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from clinical.models import User
from predictions.models import ModelVersion


class RunTrigger(models.TextChoices):
    """What started a run."""

    BUTTON = "button", "Administrator's button"
    COMMAND = "command", "Command line"
    SCHEDULE = "schedule", "Weekly schedule"
    DRIFT = "drift", "Drift verdict"
    EVENT = "event", "Event from outside"


class RunState(models.TextChoices):
    """Where a run is; the first two are in flight."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    AWAITING_APPROVAL = "awaiting", "Awaiting approval"
    REFUSED = "refused", "Refused by the gate"
    DECIDED = "decided", "Decided"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class RunStep(models.TextChoices):
    """The steps in their order."""

    ASSEMBLE = "assemble", "Assemble the data"
    TRAIN = "train", "Train"
    EVALUATE = "evaluate", "Evaluate on held-out patients"
    GATE = "gate", "Judge by the gate"
    CARD = "card", "Write the card"
    REGISTER = "register", "Register"
    DONE = "done", "Done"

    @property
    def next(self) -> RunStep:
        steps = list(RunStep)
        return steps[steps.index(self) + 1]

    @property
    def place(self) -> int:
        return list(RunStep).index(self)


IN_FLIGHT = (RunState.WAITING, RunState.RUNNING)


class TrainingRunQuerySet(models.QuerySet["TrainingRun"]):
    """Many runs."""

    def in_flight(self) -> Self:
        return self.filter(state__in=IN_FLIGHT)

    def to_continue(self, now: datetime | None = None) -> Self:
        """In flight, due, and held by no living worker: each worker renews its hold while it works."""
        now = now or timezone.now()
        return self.in_flight().filter(Q(held_until__isnull=True) | Q(held_until__lt=now), due_at__lte=now)


class TrainingRun(models.Model):
    """One run. PostgreSQL allows one in flight for each model name."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    model_name = models.CharField(max_length=40)
    trigger = models.CharField(max_length=10, choices=RunTrigger.choices)
    trigger_key = models.CharField(
        max_length=160, unique=True, null=True, blank=True, help_text="Period, verdict or event that may start one run, ever."
    )
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    backend = models.CharField(max_length=16, default="local")
    specification = models.JSONField(
        default=dict, help_text="What was asked for: source, protocol, engine, parameters, seed, gate profile."
    )
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.WAITING)
    step = models.CharField(max_length=10, choices=RunStep.choices, default=RunStep.ASSEMBLE)
    # what each step found, by the step's name: enough for the next one, whichever worker takes it
    findings = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Of the step that is being taken.")
    held_by = models.CharField(max_length=80, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(default=timezone.now)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    cancel_asked_at = models.DateTimeField(null=True, blank=True)
    cancel_asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    failure = models.CharField(max_length=300, blank=True, help_text="Why it ended without a candidate.")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    version = models.OneToOneField(ModelVersion, on_delete=models.PROTECT, related_name="run", null=True, blank=True)

    objects = TrainingRunQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(
                name="run_one_in_flight_for_each_model", fields=("model_name",), condition=Q(state__in=IN_FLIGHT)
            ),
            models.CheckConstraint(name="run_state_known", condition=Q(state__in=RunState.values)),
            models.CheckConstraint(name="run_step_known", condition=Q(step__in=RunStep.values)),
        )

    def __str__(self) -> str:
        return f"{self.model_name}, run {str(self.public_id)[:8]}"

    @property
    def is_in_flight(self) -> bool:
        return self.state in IN_FLIGHT

    def found(self, step: RunStep) -> dict[str, Any]:
        """What an earlier step of this run left; empty where it has not been taken."""
        return dict(self.findings.get(step.value, {}))

    def say(self, text: str) -> None:
        """One line of the run's log. No patient data."""
        self.lines.create(step=self.step, text=text[:500])


class RunLine(models.Model):
    """A line of a run's log."""

    run = models.ForeignKey(TrainingRun, on_delete=models.CASCADE, related_name="lines")
    at = models.DateTimeField(default=timezone.now)
    step = models.CharField(max_length=10)
    text = models.CharField(max_length=500)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.text
