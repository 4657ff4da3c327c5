"""What became of the patients: figures on matured outcomes alone, of the predictions of the four weeks up to a night.

A window is ripe when nearly all of its outcomes may be counted. Until then it is not yet known, with the day on which it will
be: counting early would count those who came back soon, and nobody else. Predictions made after the outcome had happened, as
when a whole cohort is scored anew, never count: they would praise the model for its memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import connection
from django.utils import timezone

from clinical.access import scope_of_the_system
from clinical.code_lists import AGE_BANDS
from clinical.models.encounter import READMISSION_WINDOW
from clinical.models.outcome import Readmission
from mlops.evaluation.calibration import calibration_line
from mlops.models.monitoring import OF_OUTCOMES, Metric, ReadingState
from mlops.monitoring import statistics
from mlops.monitoring.findings import Finding
from mlops.monitoring.statistics import Estimate, Vector
from mlops.monitoring.window import day_of
from predictions.models import ModelVersion

WINDOW_NIGHTS = 28
RIPE_SHARE = 0.95
FEWEST_EVENTS = 10  # and as many without: of fewer no figure is made
SUBGROUP_FLOOR = 0.60
_AGES = {"under 40": AGE_BANDS[:4], "40 to 59": AGE_BANDS[4:6], "60 to 79": AGE_BANDS[6:8], "80 and over": AGE_BANDS[8:]}


@dataclass(frozen=True)
class Window:
    """Predictions with the state of their outcomes. `groups` names, for each row, the patient's sex and age."""

    units: npt.NDArray[np.int64]
    scores: Vector
    readmitted: npt.NDArray[np.bool_]
    ripe: npt.NDArray[np.bool_]
    ripens_on: date | None
    groups: dict[str, npt.NDArray[np.str_]]

    @property
    def is_ripe(self) -> bool:
        return self.ripens_on is None


def window_of(version: ModelVersion, night: date) -> Window:
    now = timezone.now()
    parameters: dict[str, Any] = {
        "version": version.pk, "start": day_of(night)[0] - timedelta(days=WINDOW_NIGHTS - 1), "end": day_of(night)[1],
        "now": now, "back": Readmission.WITHIN_30_DAYS.value, "horizon": READMISSION_WINDOW,
    }  # fmt: skip
    with scope_of_the_system(), connection.cursor() as cursor:
        cursor.execute(_WINDOW, parameters)
        units, scores, back, ripe, matures_at, sex, age = (column or [] for column in cursor.fetchone())
    return Window(
        units=np.array(units, dtype=np.int64), scores=np.array(scores, dtype=np.float64),
        readmitted=np.array(back, dtype=np.bool_), ripe=np.array(ripe, dtype=np.bool_),
        ripens_on=_ripens_on(ripe, matures_at, now), groups={"sex": np.array(sex, str), "age": np.array(age, str)},
    )  # fmt: skip


def of_window(window: Window, version: ModelVersion) -> list[Finding]:
    """The figures of all and of each unit; an unripe window has none, and says when it will."""
    if not window.is_ripe:
        return [
            Finding(metric=metric, n=int(window.ripe.sum()), state=ReadingState.NOT_YET_KNOWN, ripens_on=window.ripens_on)
            for metric in OF_OUTCOMES
        ]
    found = list(_figures(window, window.ripe, version, unit=None, is_whole=True))
    for unit in np.unique(window.units).tolist():
        found += _figures(window, window.ripe & (window.units == unit), version, unit=unit, is_whole=False)
    return found


def _figures(
    window: Window, rows: npt.NDArray[np.bool_], version: ModelVersion, *, unit: int | None, is_whole: bool
) -> Iterator[Finding]:
    scores, readmitted = window.scores[rows], window.readmitted[rows]
    n, events = len(scores), int(readmitted.sum())
    if min(events, n - events) < FEWEST_EVENTS:
        metrics = OF_OUTCOMES if is_whole else (Metric.AUC, Metric.OBSERVED)
        yield from (Finding(metric=metric, n=n, unit=unit, state=ReadingState.TOO_FEW) for metric in metrics)
        return
    yield _auc(scores, readmitted, version, unit)
    difference, distance = statistics.calibration(scores, readmitted)
    yield Finding(metric=Metric.OBSERVED, n=n, unit=unit, value=difference, reference=0.0, distance=distance)
    if is_whole:
        yield from _line(scores, readmitted)
        yield from _groups(window, rows)


def _auc(scores: Vector, readmitted: npt.NDArray[np.bool_], version: ModelVersion, unit: int | None) -> Finding:
    area, held_out = statistics.auc(scores, readmitted), _held_out(version)
    distance = statistics.estimate(area, held_out) if held_out else None
    return Finding(
        metric=Metric.AUC, n=len(scores), unit=unit, value=area.value, interval=area.interval,
        reference=held_out.value if held_out else None, distance=distance,
    )  # fmt: skip


def _held_out(version: ModelVersion) -> Estimate | None:
    """What the version showed on held-out patients when it was judged."""
    told: dict[str, Any] = version.metrics.get("auc") or {}
    if told.get("value") is None:
        return None
    low, high = told.get("low"), told.get("high")
    error = (high - low) / (2 * statistics.Z_95) if low is not None and high is not None else 0.0
    return Estimate(float(told["value"]), float(error))


def _line(scores: Vector, readmitted: npt.NDArray[np.bool_]) -> Iterator[Finding]:
    slope, intercept = calibration_line(scores, readmitted)
    slope_error, intercept_error = statistics.calibration_errors(scores)
    yield _off(Metric.CALIBRATION_SLOPE, Estimate(slope, slope_error), 1.0, len(scores))
    yield _off(Metric.CALIBRATION_IN_THE_LARGE, Estimate(intercept, intercept_error), 0.0, len(scores))


def _off(metric: Metric, figure: Estimate, ideal: float, n: int) -> Finding:
    return Finding(
        metric=metric, n=n, value=figure.value, interval=figure.interval, reference=ideal,
        distance=statistics.from_ideal(figure, ideal),
    )  # fmt: skip


def _groups(window: Window, rows: npt.NDArray[np.bool_]) -> Iterator[Finding]:
    """Against a floor: how far below it, and whether by chance."""
    floor = Estimate(SUBGROUP_FLOOR, 0.0)
    for factor, names in window.groups.items():
        for name in sorted(set(names[rows].tolist())):
            mine = rows & (names == name)
            yield _group(f"{factor}: {name}", window.scores[mine], window.readmitted[mine], floor)


def _group(name: str, scores: Vector, readmitted: npt.NDArray[np.bool_], floor: Estimate) -> Finding:
    events, n = int(readmitted.sum()), len(scores)
    if min(events, n - events) < FEWEST_EVENTS:
        return Finding(metric=Metric.SUBGROUP_AUC, feature=name, n=n, state=ReadingState.TOO_FEW)
    area = statistics.auc(scores, readmitted)
    return Finding(
        metric=Metric.SUBGROUP_AUC, feature=name, n=n, value=area.value, interval=area.interval, reference=floor.value,
        distance=statistics.estimate(area, floor),
    )  # fmt: skip


def _ripens_on(ripe: list[bool], matures_at: list[datetime | None], now: datetime) -> date | None:
    """None once ripe. Of who is still on the ward only the earliest day is known."""
    if ripe and sum(ripe) >= RIPE_SHARE * len(ripe):
        return None
    earliest = now + timedelta(days=1) + READMISSION_WINDOW + timedelta(days=settings.OUTCOME_LAG_DAYS)
    days = sorted(max(at or earliest, now) for at in matures_at) or [earliest]
    last_needed = days[min(len(days) - 1, int(RIPE_SHARE * len(days)))]
    return max(last_needed, now).astimezone(UTC).date() + timedelta(days=1)


def _age_case() -> str:
    cases = [f"WHEN e.age_band IN ({', '.join(map(repr, bands))}) THEN '{words}'" for words, bands in _AGES.items()]
    return f"CASE {' '.join(cases)} END"


_WINDOW = f"""
SELECT array_agg(e.unit_id), array_agg(p.risk_probability), array_agg(coalesce(o.readmission = %(back)s, false)),
       array_agg(coalesce(o.matures_at <= %(now)s AND o.readmission <> '', false)), array_agg(o.matures_at),
       array_agg(e.sex), array_agg({_age_case()})
FROM (
    SELECT DISTINCT ON (encounter_id) id
    FROM predictions_prediction
    WHERE model_version_id = %(version)s AND scored_at >= %(start)s AND scored_at < %(end)s
    ORDER BY encounter_id, scored_at DESC
) newest
JOIN predictions_prediction p ON p.id = newest.id
JOIN clinical_encounter e ON e.id = p.encounter_id
LEFT JOIN clinical_outcome o ON o.encounter_id = e.id
WHERE e.discharged_at IS NULL OR p.scored_at < e.discharged_at + %(horizon)s
"""  # noqa: S608  code lists of our own
