"""A night's watch: read what the versions at work predicted that day, hold it against what they learned from, and say so.

1. Nothing is read of a night that was watched after its end: twice is once.
2. Counts and scores of the day, of all and of each unit; figures; severities judged together.
3. Outcomes of the four weeks up to it, where they are ripe; and of earlier nights that have become ripe since.
4. Rows, the audit log and an incident where there is an alarm, in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from clinical import audit
from mlops.models import DriftReading, MonitoringNight, ShadowTrial
from mlops.models.monitoring import OF_OUTCOMES
from mlops.monitoring import alarms, findings, outcomes, profiles, thresholds, window
from mlops.monitoring.findings import FEWEST_TOLD, Finding
from mlops.monitoring.severities import worst
from predictions.models import MODEL_NAME, ModelStatus, ModelVersion

VOLUME_NIGHTS = 28
MOST_NIGHTS_TO_REVISIT = 60
_LOCK = 7303
log = structlog.get_logger(__name__)


def watch(night: date, *, version: ModelVersion | None = None) -> list[MonitoringNight]:
    """Watch one night: of `version`, or of the champion and of a candidate in its shadow."""
    watched = [_watch(night, one) for one in ([version] if version else _at_work())]
    log.info("night watched", night=str(night), versions=[one.version.number for one in watched])
    return watched


def last_night() -> date:
    """The newest day that is over, UTC."""
    return timezone.now().date() - timedelta(days=1)


def _at_work() -> list[ModelVersion]:
    """The champion first, then a candidate that scores in its shadow."""
    champions = ModelVersion.objects.filter(name=MODEL_NAME, status=ModelStatus.CHAMPION)
    trials = ShadowTrial.objects.filter(name=MODEL_NAME, ended_at__isnull=True).select_related("version")
    return [*champions, *(trial.version for trial in trials)]


def _watch(night: date, version: ModelVersion) -> MonitoringNight:
    before = MonitoringNight.objects.filter(version=version, night=night).first()
    if before is not None and _is_final(before):
        _revisit(version, upto=night)
        return before
    read, comparisons, ripens_on = _read(night, version)
    with transaction.atomic():
        _one_at_a_time(version)
        kept = MonitoringNight.objects.filter(version=version, night=night).first()
        if kept is not None and _is_final(kept):
            return kept
        kept = _kept(night, version, read, comparisons=comparisons, ripens_on=ripens_on)
        alarms.follow(kept, read)
        _record(kept, read)
    _revisit(version, upto=night)
    return kept


def _read(night: date, version: ModelVersion) -> tuple[list[Finding], int, date | None]:
    profile = profiles.of(version)
    whole, of_units = profiles.read(profile) if profile else (None, {})
    seen, seen_units = window.seen(version, night, whole.columns if whole else ())
    volumes = _volumes(version, night)
    found = findings.of_scope(seen, whole, unit=None, earlier_volumes=volumes.get(None, ()))
    for unit, its_own in seen_units.items():
        found += findings.of_scope(its_own, of_units.get(unit), unit=unit, earlier_volumes=volumes.get(unit, ()))
    ripening = outcomes.window_of(version, night)
    found += outcomes.of_window(ripening, version)
    judged, comparisons = findings.judged(found, thresholds.in_force())
    return judged, comparisons, ripening.ripens_on


def _volumes(version: ModelVersion, night: date) -> dict[int | None, Sequence[int]]:
    """The numbers of earlier nights, by unit. A night on which a unit had fewer than ten counts with what is left out."""
    earlier = DriftReading.objects.filter(
        metric="volume", night__version=version, night__night__lt=night, night__night__gte=night - timedelta(days=VOLUME_NIGHTS)
    )
    found: dict[int | None, list[int]] = {}
    for unit, value in earlier.order_by("night__night").values_list("unit_id", "value"):
        found.setdefault(unit, []).append(int(value or 0))
    return dict(found)


def _kept(
    night: date, version: ModelVersion, read: Iterable[Finding], *, comparisons: int, ripens_on: date | None
) -> MonitoringNight:
    """The night with its readings; those of a day that was not over are replaced."""
    MonitoringNight.objects.filter(version=version, night=night).delete()
    read = list(read)
    volume = next(int(finding.n) for finding in read if finding.metric == "volume" and finding.unit is None)
    kept = MonitoringNight.objects.create(
        version=version, night=night, predictions=volume, comparisons=comparisons, ripens_on=ripens_on,
        severity=worst([finding.severity for finding in read]).value,
        is_shadow=version.status != ModelStatus.CHAMPION,
    )  # fmt: skip
    _store(kept, read)
    return kept


def _store(night: MonitoringNight, read: Iterable[Finding]) -> None:
    DriftReading.objects.bulk_create([_row(night, finding) for finding in read], batch_size=1_000)


def _row(night: MonitoringNight, finding: Finding) -> DriftReading:
    low, high = finding.interval or (None, None)
    distance = finding.distance
    return DriftReading(
        night=night, unit_id=finding.unit, metric=finding.metric, feature=finding.feature, state=finding.state,
        value=finding.value, low=low, high=high, reference=finding.reference, bound=finding.bound,
        difference=distance.value if distance else None, chance=distance.chance if distance else None,
        severity=finding.severity.value, n=finding.n if finding.n >= FEWEST_TOLD else None, ripens_on=finding.ripens_on,
    )  # fmt: skip


def _revisit(version: ModelVersion, *, upto: date) -> None:
    """Nights whose outcomes were not yet known and are now: their readings are filled in where they belong."""
    ripe = MonitoringNight.objects.filter(version=version, night__lte=upto, ripens_on__lte=timezone.now().date())
    for night in ripe.order_by("night")[:MOST_NIGHTS_TO_REVISIT]:
        ripening = outcomes.window_of(version, night.night)
        read, comparisons = findings.judged(outcomes.of_window(ripening, version), thresholds.in_force())
        with transaction.atomic():
            night.readings.filter(metric__in=OF_OUTCOMES).delete()
            _store(night, read)
            night.ripens_on, night.comparisons = ripening.ripens_on, night.comparisons + comparisons
            night.save(update_fields=["ripens_on", "comparisons"])
            alarms.follow(night, read)
            _record(night, read)


def _is_final(night: MonitoringNight) -> bool:
    return night.watched_at >= window.day_of(night.night)[1]


def _one_at_a_time(version: ModelVersion) -> None:
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, version.pk])


def _record(night: MonitoringNight, read: Iterable[Finding]) -> None:
    severities = [finding.severity.value for finding in read]
    detail = {
        "version": night.version.public_id, "night": night.night, "predictions": night.predictions,
        "alarms": severities.count("alarm"), "warnings": severities.count("warning"),
    }  # fmt: skip
    audit.record(actor=None, verb="drift.watched", subject_type="monitoring_night", subject_id=str(night.pk), detail=detail)
