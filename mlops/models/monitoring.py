"""What watching found: a night for each version, its readings, the bounds they are judged by, and what a model learned from."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from clinical.models import CareUnit
from mlops.monitoring.severities import Bounds
from predictions.models import ModelVersion


class Metric(models.TextChoices):
    """What is read every night."""

    VOLUME = "volume", "Predictions"
    MISSING = "missing", "Share missing"
    FEATURE_PSI = "feature_psi", "Feature stability index"
    FEATURE_KS = "feature_ks", "Feature Kolmogorov-Smirnov"
    SCORE_PSI = "score_psi", "Score stability index"
    SCORE_MEAN = "score_mean", "Mean score"
    SHARE_ABOVE = "share_above", "Share above the high band's threshold"
    REFERENCE_DRIFT = "reference_drift", "Un-calibrated share above 0.6"
    EXPECTED_AUC = "expected_auc", "Expected ROC-AUC"
    EXPECTED_PRECISION = "expected_precision", "Expected precision"
    EXPECTED_RECALL = "expected_recall", "Expected recall"
    AUC = "auc", "ROC-AUC"
    SUBGROUP_AUC = "subgroup_auc", "ROC-AUC of a group"
    CALIBRATION_SLOPE = "calibration_slope", "Calibration slope"
    CALIBRATION_IN_THE_LARGE = "calibration_in_the_large", "Calibration in the large"
    OBSERVED = "observed", "Observed less expected share"


OF_OUTCOMES = (
    Metric.AUC, Metric.SUBGROUP_AUC, Metric.CALIBRATION_SLOPE, Metric.CALIBRATION_IN_THE_LARGE, Metric.OBSERVED,
)  # fmt: skip


class SeverityChoices(models.TextChoices):
    """The severities in words."""

    NONE = "none", "None"
    NOTICE = "notice", "Notice"
    WARNING = "warning", "Warning"
    ALARM = "alarm", "Alarm"


class ReadingState(models.TextChoices):
    """Whether there is a figure."""

    KNOWN = "known", "Known"
    NOT_YET_KNOWN = "not_yet_known", "Not yet known"
    TOO_FEW = "too_few", "Too few"


class TrainingProfile(models.Model):
    """The distribution of what a version learned from: counts in cells, for all and for each unit. No patient is in it."""

    version = models.OneToOneField(ModelVersion, on_delete=models.PROTECT, related_name="training_profile", primary_key=True)
    whole = models.JSONField()
    units = models.JSONField(default=dict, help_text="The same for each unit that had enough rows, by its id.")
    rows = models.PositiveIntegerField()
    made_from = models.CharField(max_length=80, help_text="Training rows, or the database's encounters as of the training.")
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"profile of {self.version}"


class DriftThreshold(models.Model):
    """The bounds of one metric. An administrator's change counts from the next night on."""

    metric = models.CharField(max_length=26, choices=Metric.choices, primary_key=True)
    notice = models.FloatField(help_text="A difference from here on is a notice, if it is beyond chance.")
    warning = models.FloatField()
    alarm = models.FloatField(help_text="From here on an incident is opened.")
    minimum_n = models.PositiveIntegerField(help_text="With fewer rows nothing is read: too few.")

    class Meta:
        ordering = ("metric",)
        constraints = (
            models.CheckConstraint(name="threshold_metric_known", condition=Q(metric__in=Metric.values)),
            models.CheckConstraint(
                name="threshold_bounds_ascend",
                condition=Q(notice__gt=0, warning__gte=F("notice"), alarm__gte=F("warning")),
                violation_error_message="A warning needs no less than a notice, and an alarm no less than a warning.",
            ),
        )

    def __str__(self) -> str:
        return str(self.get_metric_display())

    @property
    def bounds(self) -> Bounds:
        return Bounds(self.notice, self.warning, self.alarm, self.minimum_n)


class MonitoringNight(models.Model):
    """One version on one night: the predictions it made on that day (UTC)."""

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="nights")
    night = models.DateField()
    is_shadow = models.BooleanField(default=False, help_text="Its scores were shown to nobody.")
    predictions = models.PositiveIntegerField()
    comparisons = models.PositiveIntegerField(help_text="Among which the night's accepted error was shared.")
    severity = models.CharField(max_length=7, choices=SeverityChoices.choices)
    ripens_on = models.DateField(
        null=True, blank=True, help_text="The day on which its outcomes may be counted; empty once they were."
    )
    watched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-night",)
        constraints = (
            models.UniqueConstraint(name="monitoring_night_once_for_each_version", fields=("version", "night")),
            models.CheckConstraint(name="monitoring_night_severity_known", condition=Q(severity__in=SeverityChoices.values)),
        )

    def __str__(self) -> str:
        return f"{self.version}, {self.night}"


class DriftReading(models.Model):
    """One figure of a night, of all predictions or of a unit's. Counts and shares; fewer than ten rows are never told."""

    night = models.ForeignKey(MonitoringNight, on_delete=models.CASCADE, related_name="readings")
    unit = models.ForeignKey(
        CareUnit, on_delete=models.PROTECT, related_name="+", null=True, blank=True, help_text="Empty: all."
    )
    metric = models.CharField(max_length=26, choices=Metric.choices)
    feature = models.CharField(max_length=64, blank=True, help_text="A feature's name, or a group of patients.")
    state = models.CharField(max_length=13, choices=ReadingState.choices)
    value = models.FloatField(null=True, blank=True)
    low = models.FloatField(null=True, blank=True, help_text="95 % interval, lower end.")
    high = models.FloatField(null=True, blank=True)
    reference = models.FloatField(null=True, blank=True)
    difference = models.FloatField(null=True, blank=True, help_text="What the bounds are held against.")
    chance = models.FloatField(null=True, blank=True, help_text="Probability of such a difference where nothing changed.")
    bound = models.FloatField(null=True, blank=True, help_text="The bound reached, or the first one not reached.")
    severity = models.CharField(max_length=7, choices=SeverityChoices.choices, default=SeverityChoices.NONE)
    n = models.PositiveIntegerField(null=True, blank=True, help_text="Empty where fewer than ten.")
    ripens_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("metric", "feature")
        constraints = (
            models.UniqueConstraint(
                name="drift_reading_once", fields=("night", "unit", "metric", "feature"), nulls_distinct=False
            ),
            models.CheckConstraint(name="drift_reading_metric_known", condition=Q(metric__in=Metric.values)),
            models.CheckConstraint(name="drift_reading_state_known", condition=Q(state__in=ReadingState.values)),
            models.CheckConstraint(name="drift_reading_severity_known", condition=Q(severity__in=SeverityChoices.values)),
            models.CheckConstraint(
                name="drift_reading_has_its_figure",
                condition=Q(state=ReadingState.KNOWN, value__isnull=False)
                | ~Q(state=ReadingState.KNOWN) & Q(value__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_metric_display()} {self.feature}".strip()
