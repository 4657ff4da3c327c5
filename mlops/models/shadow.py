"""Shadow trials: a candidate that scores silently beside the champion, what it said, and the go or no-go that ended it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from clinical.models import User
from predictions.models import MODEL_NAME, ModelVersion, Prediction


class ShadowDecision(models.TextChoices):
    """What the signed word at the end was. A trial that ended by itself has none."""

    GO = "go", "Go"
    NO_GO = "no_go", "No-go"


class ShadowTrial(models.Model):
    """One trial. PostgreSQL allows one open trial for each model name, and no change of one that has ended."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=40, default=MODEL_NAME)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="shadow_trials")
    champion = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+", help_text="When it began.")
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(help_text="What the trial is to find out.")
    # predictions are numbered as they are written: those up to here have been looked at
    read_up_to = models.BigIntegerField(default=0)
    failure = models.CharField(max_length=300, blank=True, help_text="Why the candidate does not score at present.")
    failed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=300, blank=True)
    decision = models.CharField(max_length=5, choices=ShadowDecision.choices, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    decision_reason = models.TextField(blank=True)
    rests_on = models.ForeignKey("ShadowReport", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    seal = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the report that the decision rests on.")

    class Meta:
        ordering = ("-started_at",)
        constraints = (
            models.UniqueConstraint(
                name="shadow_one_open_trial_for_each_model", fields=("name",), condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(name="shadow_decision_known", condition=Q(decision__in=("", *ShadowDecision.values))),
            models.CheckConstraint(
                name="shadow_decision_is_signed_and_sealed",
                condition=Q(decision="", decided_by__isnull=True, seal="")
                | (
                    Q(decided_by__isnull=False, ended_at__isnull=False, rests_on__isnull=False)
                    & ~Q(decision="") & ~Q(seal="") & ~Q(decision_reason="")
                ),
            ),
            models.CheckConstraint(name="shadow_trial_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="shadow_end_has_a_reason", condition=Q(ended_at__isnull=True) | ~Q(ended_because="")
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.version} in the shadow of v{self.champion.number}"

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


class ShadowScore(models.Model):
    """What the candidate said from the inputs of a stored prediction. Read by the report alone; never changed."""

    trial = models.ForeignKey(ShadowTrial, on_delete=models.PROTECT, related_name="scores", db_index=False)
    # the index of this one is its own look-up: which predictions have no score yet
    prediction = models.ForeignKey(Prediction, on_delete=models.PROTECT, related_name="shadow_scores", db_index=False)
    risk_probability = models.FloatField()
    band = models.CharField(max_length=12, help_text="By the candidate's own bands.")
    scored_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(name="shadow_score_once_for_each_prediction", fields=("prediction", "trial")),
            models.CheckConstraint(name="shadow_probability_in_range", condition=Q(risk_probability__range=(0, 1))),
        )
        indexes = (models.Index(name="shadow_scores_of_trial", fields=("trial", "prediction")),)

    def __str__(self) -> str:
        return f"shadow of {self.prediction_id}"


class ShadowReport(models.Model):
    """The two models side by side as they stood at one moment: counts and shares, never a patient. Never changed."""

    trial = models.ForeignKey(ShadowTrial, on_delete=models.PROTECT, related_name="reports")
    made_at = models.DateTimeField(default=timezone.now)
    body = models.JSONField()
    sha256 = models.CharField(max_length=64, help_text="Of the body's canonical JSON.")

    class Meta:
        ordering = ("-made_at", "-pk")

    def __str__(self) -> str:
        return f"report of {self.made_at:%Y-%m-%d %H:%M}"
