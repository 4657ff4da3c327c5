"""What the drift page says: the newest night in words, what has moved, the figures over time, and what is not yet known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from clinical.models import CareUnit
from mlops.models import DriftReading, MonitoringNight
from mlops.models.monitoring import OF_OUTCOMES, Metric, ReadingState
from mlops.monitoring.charts import Point, Series, over_time, shown
from mlops.monitoring.severities import Severity
from mlops.validation.plots import Plot
from predictions.models import ModelVersion

NIGHTS = 90
FEATURES_AT_ONCE = 12
SIGNS = {"none": "good", "notice": "going", "warning": "waiting", "alarm": "bad"}
OF_FEATURES = (Metric.FEATURE_PSI, Metric.FEATURE_KS, Metric.MISSING)
_SHARES = {
    Metric.SHARE_ABOVE, Metric.REFERENCE_DRIFT, Metric.MISSING, Metric.SCORE_MEAN, Metric.EXPECTED_PRECISION,
    Metric.EXPECTED_RECALL, Metric.OBSERVED,
}  # fmt: skip
_OVER_TIME = (
    Metric.VOLUME, Metric.SCORE_PSI, Metric.SCORE_MEAN, Metric.SHARE_ABOVE, Metric.EXPECTED_AUC, Metric.EXPECTED_RECALL,
    Metric.EXPECTED_PRECISION, Metric.REFERENCE_DRIFT,
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A reading in words."""

    name: str
    what: str
    value: str
    was: str
    bound: str
    n: str
    severity: str
    sign: str
    where: str = ""


@dataclass(frozen=True)
class FeatureRow:
    """One feature's three figures of a night."""

    name: str
    label: str
    stability: str
    shape: str
    missing: str
    missing_was: str
    severity: str
    sign: str


@dataclass(frozen=True)
class Picture:
    """A plot with the table behind it."""

    plot: Plot | None
    title: str
    told: str
    rows: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class DriftPage:
    """All of the page; empty where no night has been watched."""

    version: ModelVersion
    night: MonitoringNight
    unit: CareUnit | None
    words: str
    sign: str
    moved: Sequence[Row]
    pictures: Sequence[Picture]
    outcomes: Sequence[Row]
    outcomes_words: str
    features: Sequence[FeatureRow]
    other_features: Sequence[FeatureRow]
    nights: Sequence[MonitoringNight]
    units: Sequence[CareUnit]


def drift_page(version: ModelVersion, *, unit: CareUnit | None = None, night: date | None = None) -> DriftPage | None:
    nights = list(MonitoringNight.objects.filter(version=version).order_by("-night")[:NIGHTS])
    chosen = next((one for one in nights if night is None or one.night == night), None)
    if chosen is None:
        return None
    readings = list(chosen.readings.filter(unit=unit))
    labels = labels_of(version)
    features = _features(readings, labels)
    units = CareUnit.objects.filter(pk__in=chosen.readings.exclude(unit=None).values("unit"))
    return DriftPage(
        version=version, night=chosen, unit=unit, words=_words(chosen, readings, unit), sign=SIGNS[_worst(readings)],
        moved=_moved(chosen, unit, labels), pictures=_pictures(nights, unit), units=list(units), nights=nights,
        outcomes=[row_of(one, labels) for one in readings if one.metric in OF_OUTCOMES],
        outcomes_words=_of_outcomes(chosen, readings), features=features[:FEATURES_AT_ONCE],
        other_features=features[FEATURES_AT_ONCE:],
    )  # fmt: skip


def labels_of(version: ModelVersion) -> dict[str, str]:
    return {feature["name"]: feature["label"] for feature in version.feature_schema.definition["features"]}


def row_of(reading: DriftReading, labels: Mapping[str, str]) -> Row:
    is_known = reading.state == ReadingState.KNOWN
    severity = reading.severity if is_known and reading.chance is not None else "none"
    return Row(
        name=str(reading.get_metric_display()), what=labels.get(reading.feature, reading.feature), value=value_of(reading),
        was=_figure(reading.metric, reading.reference), bound=_bound(reading),
        n=_number(reading), severity=severity, sign=SIGNS[severity],
        where=str(reading.unit) if reading.unit else "all units",
    )  # fmt: skip


def _number(reading: DriftReading) -> str:
    if reading.state == ReadingState.NOT_YET_KNOWN:
        return ""
    return f"{reading.n:,}" if reading.n is not None else "fewer than 10"


def value_of(reading: DriftReading) -> str:
    """The figure with its interval, or why there is none."""
    if reading.state == ReadingState.NOT_YET_KNOWN:
        return f"not yet known, ripens on {_day(reading.ripens_on)}" if reading.ripens_on else "not yet known"
    if reading.state == ReadingState.TOO_FEW:
        return "too few"
    value = _figure(reading.metric, reading.value)
    if reading.low is None or reading.high is None:
        return value
    return f"{value} ({_figure(reading.metric, reading.low)} to {_figure(reading.metric, reading.high)})"


def _figure(metric: str, value: float | None) -> str:
    if value is None:
        return ""
    return f"{100 * value:.1f} %" if metric in _SHARES else shown(value)


def _bound(reading: DriftReading) -> str:
    """Of a difference; volume and mean are held to relative ones."""
    if reading.bound is None:
        return ""
    is_share = reading.metric in _SHARES or reading.metric == Metric.VOLUME
    return f"{100 * reading.bound:.1f} %" if is_share else shown(reading.bound)


def _words(night: MonitoringNight, readings: Sequence[DriftReading], unit: CareUnit | None) -> str:
    volume = next((one for one in readings if one.metric == Metric.VOLUME), None)
    number = f"{volume.n:,}" if volume and volume.n is not None else "fewer than 10"
    where = f" for {unit}" if unit else ""
    counts = {severity: sum(one.severity == severity for one in readings) for severity in ("alarm", "warning", "notice")}
    told = [f"{count} {severity}{'s' if count > 1 else ''}" for severity, count in counts.items() if count]
    found = ", ".join(told) if told else "nothing has moved beyond its bounds"
    return f"On {_day(night.night)} it made {number} predictions{where}: {found}."


def _worst(readings: Iterable[DriftReading]) -> str:
    return max((Severity(one.severity) for one in readings), key=lambda severity: severity.rank, default=Severity.NONE).value


def _moved(night: MonitoringNight, unit: CareUnit | None, labels: Mapping[str, str]) -> list[Row]:
    """Of the chosen unit; on the page of all units, of every unit."""
    moved = night.readings.exclude(severity="none").select_related("unit")
    if unit is not None:
        moved = moved.filter(unit=unit)
    ordered = sorted(moved, key=lambda one: (-Severity(one.severity).rank, one.unit_id is not None, -(one.difference or 0)))
    return [row_of(one, labels) for one in ordered]


def _features(readings: Iterable[DriftReading], labels: Mapping[str, str]) -> list[FeatureRow]:
    by_name: dict[str, dict[str, DriftReading]] = {}
    for reading in readings:
        if reading.metric in OF_FEATURES:
            by_name.setdefault(reading.feature, {})[reading.metric] = reading
    rows = [(_psi(found), _feature(name, found, labels)) for name, found in by_name.items()]
    ranked = sorted(rows, key=lambda pair: (-Severity(pair[1].severity).rank, -pair[0]))
    return [row for _psi_value, row in ranked]


def _psi(found: Mapping[str, DriftReading]) -> float:
    return (found[Metric.FEATURE_PSI].value or 0.0) if Metric.FEATURE_PSI in found else 0.0


def _feature(name: str, found: Mapping[str, DriftReading], labels: Mapping[str, str]) -> FeatureRow:
    told = {metric: value_of(found[metric]) if metric in found else "" for metric in OF_FEATURES}
    missing, severity = found.get(Metric.MISSING), _worst(found.values())
    return FeatureRow(
        name=name, label=labels.get(name, name), stability=told[Metric.FEATURE_PSI], shape=told[Metric.FEATURE_KS],
        missing=_figure(Metric.MISSING, missing.value if missing else None) or told[Metric.MISSING],
        missing_was=_figure(Metric.MISSING, missing.reference if missing else None), severity=severity, sign=SIGNS[severity],
    )  # fmt: skip


def _of_outcomes(night: MonitoringNight, readings: Iterable[DriftReading]) -> str:
    window = f"the four weeks up to {_day(night.night)}"
    if night.ripens_on:
        return (
            f"Not yet known: of {window}, too few outcomes may be counted. They ripen on {_day(night.ripens_on)}; what the "
            "scores let one expect until then stands below as expected figures."
        )
    if not any(one.metric in OF_OUTCOMES and one.state == ReadingState.KNOWN for one in readings):
        return f"Of {window}, the outcomes are in, and too few to tell a figure from."
    return f"Of the predictions of {window}, on matured outcomes alone."


def _pictures(nights: Sequence[MonitoringNight], unit: CareUnit | None) -> list[Picture]:
    ascending = sorted(nights, key=lambda one: one.night)
    wanted = [*_OVER_TIME, Metric.AUC]
    found: dict[tuple[str, date], DriftReading] = {
        (one.metric, one.night.night): one
        for one in DriftReading.objects.filter(night__in=ascending, unit=unit, metric__in=wanted).select_related("night")
    }
    series = {metric: _series(metric, ascending, found) for metric in wanted}
    return [
        _picture(series[metric], beside=series[Metric.AUC] if metric == Metric.EXPECTED_AUC else None)
        for metric in _OVER_TIME
    ]  # fmt: skip


def _series(
    metric: Metric, nights: Sequence[MonitoringNight], found: Mapping[tuple[str, date], DriftReading]
) -> Series:  # fmt: skip
    readings = [found.get((metric, one.night)) for one in nights]
    points = [
        Point(one.night, reading.value, reading.low, reading.high, value_of(reading)) if reading
        else Point(one.night, None, words="not read")
        for one, reading in zip(nights, readings, strict=True)
    ]  # fmt: skip
    references = [reading.reference for reading in readings if reading and reading.reference is not None]
    words = "its bound there" if metric == Metric.REFERENCE_DRIFT else "the usual number" if metric == Metric.VOLUME else ""
    return Series(
        key=metric.value.replace("_", "-"), title=str(metric.label), y_label="", points=points,
        reference=references[-1] if references else None, reference_words=words or "as in training",
    )  # fmt: skip


def _picture(series: Series, *, beside: Series | None) -> Picture:
    plot = over_time(series, beside=beside) if series.known else None
    told = plot.description if plot else (series.points[-1].words if series.points else "")
    rows = [
        (_day(point.night), point.words, beside.points[place].words if beside else "")
        for place, point in enumerate(series.points)
    ]
    return Picture(plot, series.title, told, rows[::-1])


def _day(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else ""
