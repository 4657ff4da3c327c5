"""Nights on real rows of predictions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from clinical.access import scope_of_the_system
from clinical.models import AuditEvent, CareUnit, User
from mlops.models import (
    DriftReading,
    DriftThreshold,
    Incident,
    MonitoringNight,
    ShadowScore,
    TrainingProfile,
    TrainingRun,
)
from mlops.monitoring import nightly
from mlops.shadow.trials import start_trial
from predictions.features import schema
from predictions.features.building import Matrix
from predictions.models import ModelVersion, Prediction
from tests import small_model
from tests.mlops.monitoring import hospital_day
from tests.mlops.monitoring.hospital_day import NIGHT, a_day, came_back


def watched(night: date | None = None) -> MonitoringNight:
    (found,) = nightly.watch(night or NIGHT.date())
    return found


def reading(night: MonitoringNight, metric: str, feature: str = "", unit: CareUnit | None = None) -> DriftReading:
    return night.readings.get(metric=metric, feature=feature, unit=unit)


def older(matrix: Matrix) -> None:
    place = schema.names().index("age_years")
    matrix[:, place] = np.minimum(matrix[:, place] + 20, 95)


def lab_gone(matrix: Matrix) -> None:
    matrix[:, schema.names().index("a1c_level")] = np.nan


def recoded(matrix: Matrix) -> None:
    place = schema.names().index("admission_source")
    matrix[:, place] = np.where(matrix[:, place] > 8, 9, matrix[:, place])


@pytest.mark.parametrize(
    ("change", "metric", "feature"),
    [
        (older, "feature_psi", "age_years"), (lab_gone, "missing", "a1c_level"),
        (recoded, "feature_psi", "admission_source"),
    ],
)  # fmt: skip
def test_one_night_finds_a_planted_change(
    change: Callable[[Matrix], None], metric: str, feature: str, version: ModelVersion, cardiology: CareUnit
) -> None:
    a_day(version, cardiology, changed=change)
    night = watched()
    assert reading(night, metric, feature).severity == "alarm"
    assert night.severity == "alarm"
    incident = Incident.objects.get()
    assert incident.key == f"drift:{version.public_id}"
    assert {"metric": metric, "feature": feature} in [
        {"metric": one["metric"], "feature": one["feature"]} for one in incident.detail["readings"]
    ]


def test_a_quiet_night_is_read_in_full_and_raises_nothing(version: ModelVersion, cardiology: CareUnit) -> None:
    a_day(version, cardiology)
    night = watched()
    assert (night.predictions, night.severity) == (300, "none")
    assert not Incident.objects.exists()
    assert reading(night, "volume", unit=cardiology).value == 300
    heavier = reading(night, "reference_drift")
    assert (heavier.severity, heavier.reference) == ("none", 0.2)
    assert 0.5 < (reading(night, "expected_auc").value or 0) < 1


def test_a_night_watched_twice_is_one_night(version: ModelVersion, cardiology: CareUnit) -> None:
    a_day(version, cardiology, changed=lab_gone)
    first = watched()
    again = watched()
    assert again.pk == first.pk
    assert MonitoringNight.objects.count() == 1
    assert Incident.objects.get().times_seen == 1
    assert AuditEvent.objects.filter(verb="drift.watched").count() == 1


def test_a_day_that_is_not_over_is_read_again(version: ModelVersion, cardiology: CareUnit) -> None:
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    a_day(version, cardiology, at=today, patients=100)
    watched(today.date())
    a_day(version, cardiology, at=today, patients=100, seed=1)
    assert watched(today.date()).predictions == 200
    assert MonitoringNight.objects.count() == 1


def test_unripe_outcomes_are_never_counted(version: ModelVersion, cardiology: CareUnit) -> None:
    yesterday = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    came_back(a_day(version, cardiology, at=yesterday))
    night = watched(yesterday.date())
    area = reading(night, "auc")
    assert (area.state, area.value) == ("not_yet_known", None)
    assert area.ripens_on is not None
    assert area.ripens_on >= yesterday.date() + timedelta(days=37)


def test_ripe_outcomes_are_counted(version: ModelVersion, cardiology: CareUnit) -> None:
    DriftThreshold.objects.filter(metric__in=["auc", "observed"]).update(minimum_n=100)
    came_back(a_day(version, cardiology), share=0.6)
    night = watched()
    assert reading(night, "auc").state == "known"
    assert reading(night, "observed").value == pytest.approx(0.4, abs=0.2)
    assert reading(night, "observed").severity == "alarm"


def test_a_score_made_after_the_outcome_had_happened_praises_nobody(version: ModelVersion, cardiology: CareUnit) -> None:
    came_back(a_day(version, cardiology, discharged_after=timedelta(days=-40)))
    assert reading(watched(), "auc").value is None


def test_a_night_is_filled_in_when_its_outcomes_ripen(version: ModelVersion, cardiology: CareUnit) -> None:
    DriftThreshold.objects.filter(metric="auc").update(minimum_n=100)
    stays = a_day(version, cardiology)
    before = watched()
    assert reading(before, "auc").state == "not_yet_known"
    came_back(stays)
    MonitoringNight.objects.update(ripens_on=timezone.now().date())
    nightly.watch(NIGHT.date() + timedelta(days=40))
    before.refresh_from_db()
    assert reading(before, "auc").state == "known"
    assert before.ripens_on is None


def test_fewer_than_ten_are_told_by_no_number(version: ModelVersion, cardiology: CareUnit, nephrology: CareUnit) -> None:
    a_day(version, cardiology, patients=120)
    a_day(version, nephrology, patients=7, seed=1)
    few = watched().readings.filter(unit=nephrology)
    assert few.exists()
    assert not few.exclude(n=None).exists()
    assert not few.exclude(value=None).exists()


def test_another_bound_is_another_verdict_on_the_next_night(version: ModelVersion, cardiology: CareUnit) -> None:
    a_day(version, cardiology, changed=lab_gone)
    assert reading(watched(), "missing", "a1c_level").severity == "alarm"
    DriftThreshold.objects.filter(metric="missing").update(alarm=1.0)
    a_day(version, cardiology, changed=lab_gone, at=NIGHT + timedelta(days=1), seed=1)
    assert reading(watched(NIGHT.date() + timedelta(days=1)), "missing", "a1c_level").severity == "warning"


def test_the_usual_number_is_known_after_a_week_and_a_silent_night_is_an_alarm(
    version: ModelVersion, cardiology: CareUnit
) -> None:
    for day in range(7):
        a_day(version, cardiology, patients=40, at=NIGHT + timedelta(days=day), seed=day)
        assert reading(watched(NIGHT.date() + timedelta(days=day)), "volume").severity == "none"
    silent = reading(watched(NIGHT.date() + timedelta(days=7)), "volume")
    assert (silent.value, silent.reference, silent.severity) == (0, 40, "alarm")


def test_a_version_without_a_profile_says_so_by_its_volume_alone(version: ModelVersion, cardiology: CareUnit) -> None:
    TrainingProfile.objects.all().delete()
    a_day(version, cardiology, patients=100)
    assert set(watched().readings.exclude(state="not_yet_known").values_list("metric", flat=True)) == {"volume"}


def test_a_run_is_started_once_and_rests_for_its_cool_down(
    version: ModelVersion, cardiology: CareUnit, settings: Settings
) -> None:
    settings.RETRAIN_ON_DRIFT = True
    for day in range(2):
        a_day(version, cardiology, changed=lab_gone, at=NIGHT + timedelta(days=day), seed=day)
        watched(NIGHT.date() + timedelta(days=day))
    run = TrainingRun.objects.get(trigger="drift")
    assert run.trigger_key == f"drift:{version.public_id}:{NIGHT.date()}"
    TrainingRun.objects.update(state="failed", created_at=datetime(2026, 1, 1, tzinfo=UTC))
    a_day(version, cardiology, changed=lab_gone, at=NIGHT + timedelta(days=2), seed=2)
    watched(NIGHT.date() + timedelta(days=2))
    assert TrainingRun.objects.filter(trigger="drift").count() == 2


def test_drift_starts_no_run_unless_it_is_asked_to(version: ModelVersion, cardiology: CareUnit) -> None:
    a_day(version, cardiology, changed=lab_gone)
    watched()
    assert not TrainingRun.objects.filter(trigger="drift").exists()


def test_the_command_tells_what_moved(version: ModelVersion, cardiology: CareUnit, capsys: pytest.CaptureFixture[str]) -> None:
    a_day(version, cardiology, changed=lab_gone)
    call_command("watch_drift", night=NIGHT.date())
    said = capsys.readouterr().out
    assert "300 predictions" in said
    assert "alarm: Share missing a1c_level: 1.000" in said


def test_a_candidate_in_the_shadow_is_watched_by_its_own_scores(
    version: ModelVersion, cardiology: CareUnit, frank: User
) -> None:
    a_day(version, cardiology, patients=120)
    candidate = small_model.examined(seed=1)
    hospital_day.learned(candidate)
    trial = start_trial(candidate, by=frank, reason="To see it on our wards.")
    with scope_of_the_system():
        for prediction in Prediction.objects.all():
            ShadowScore.objects.create(trial=trial, prediction=prediction, risk_probability=0.5, band="high")
    champion_night, shadow_night = nightly.watch(NIGHT.date())
    assert (champion_night.is_shadow, shadow_night.is_shadow) == (False, True)
    assert (shadow_night.version, shadow_night.predictions) == (candidate, 120)
    assert reading(shadow_night, "score_mean").value == 0.5
