"""From counts and scores to figures with their distance from the reference, and from these to severities.

Everything that was compared on a night is judged together, because the error that is accepted is one for the night.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import median

from mlops.models.monitoring import Metric, ReadingState
from mlops.monitoring import statistics
from mlops.monitoring.reference import Column, Profile
from mlops.monitoring.severities import Bounds, Severity, severity_of
from mlops.monitoring.statistics import Counts, Distance, Estimate, Vector
from mlops.monitoring.window import Seen

FEWEST_TOLD = 10  # of fewer rows not even the number is kept
NIGHTS_TO_KNOW_A_VOLUME = 7
SCORED_ANEW = 5  # times the usual number: a day on which all patients were scored anew says nothing of the others
# told beside the others, and never a verdict: the figure that the reference system was watched by
NEVER_JUDGED = frozenset({Metric.REFERENCE_DRIFT})


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One figure. `difference` and `chance` are missing where there is nothing to hold it against."""

    metric: Metric
    n: int
    unit: int | None = None
    feature: str = ""
    state: ReadingState = ReadingState.KNOWN
    value: float | None = None
    interval: tuple[float, float] | None = None
    reference: float | None = None
    distance: Distance | None = None
    severity: Severity = Severity.NONE
    bound: float | None = None
    ripens_on: date | None = None

    @property
    def is_compared(self) -> bool:
        return self.state is ReadingState.KNOWN and self.distance is not None and self.metric not in NEVER_JUDGED


def of_scope(seen: Seen, profile: Profile | None, *, unit: int | None, earlier_volumes: Sequence[int]) -> list[Finding]:
    """All figures of one scope that need no outcome. Without a profile only its volume is known."""
    found = [_volume(seen.rows, earlier_volumes)]
    if profile is not None:
        found += _of_features(seen, profile.columns, with_shapes=unit is None)
        found += _of_scores(seen.scores, profile)
    return [replace(finding, unit=unit) for finding in found]


def judged(findings: Iterable[Finding], bounds: Mapping[str, Bounds]) -> tuple[list[Finding], int]:
    """Each with its state and severity, and among how many comparisons the night's error was shared."""
    told = [_if_enough(finding, bounds.get(finding.metric)) for finding in findings]
    comparisons = sum(finding.is_compared for finding in told)
    return [_with_severity(finding, bounds.get(finding.metric), comparisons) for finding in told], comparisons


# --- what came in ----------------------------------------------------------------------------------------------------------


def _volume(rows: int, earlier: Sequence[int]) -> Finding:
    if len(earlier) < NIGHTS_TO_KNOW_A_VOLUME:
        return Finding(metric=Metric.VOLUME, n=rows, value=float(rows))
    before = statistics.as_vector([volume for volume in earlier if volume <= SCORED_ANEW * median(earlier)] or earlier)
    return Finding(
        metric=Metric.VOLUME, n=rows, value=float(rows), reference=float(before.mean()),
        distance=statistics.count(rows, before),
    )  # fmt: skip


def _of_features(seen: Seen, columns: Sequence[Column], *, with_shapes: bool) -> Iterator[Finding]:
    for column, counts in zip(columns, seen.counts, strict=True):
        yield _missing(column, counts)
        stability = statistics.psi(column.bins(counts), column.bins(column.counted()))
        yield Finding(
            metric=Metric.FEATURE_PSI, feature=column.name, n=seen.rows, value=stability.value, reference=0.0,
            distance=stability,
        )  # fmt: skip
        if with_shapes and not column.is_category:
            yield _shape(column, counts)


def _missing(column: Column, counts: Counts) -> Finding:
    rows, missing = int(counts.sum()), int(counts[-1])
    return Finding(
        metric=Metric.MISSING, feature=column.name, n=rows, value=missing / rows if rows else 0.0,
        interval=statistics.wilson(missing, rows), reference=column.missing / max(column.rows, 1),
        distance=statistics.share(missing, rows, column.missing, column.rows),
    )  # fmt: skip


def _shape(column: Column, counts: Counts) -> Finding:
    """Of what is not missing; the missing ones have a figure of their own."""
    known = counts[:-1]
    distance = statistics.ks(known, column.counts)
    return Finding(
        metric=Metric.FEATURE_KS, feature=column.name, n=int(known.sum()), value=distance.value, reference=0.0,
        distance=distance,
    )  # fmt: skip


# --- what went out -----------------------------------------------------------------------------------------------------------


def _of_scores(scores: Vector, profile: Profile) -> Iterator[Finding]:
    rows, then = len(scores), profile.scores
    if not rows:
        yield from (Finding(metric=metric, n=0, value=0.0) for metric in _OF_SCORES)
        return
    counts = statistics.counted(then.column.place(scores), then.column.cells)
    stability = statistics.psi(then.column.bins(counts), then.column.bins(then.column.counted()))
    yield Finding(metric=Metric.SCORE_PSI, n=rows, value=stability.value, reference=0.0, distance=stability)
    yield Finding(
        metric=Metric.SCORE_MEAN, n=rows, value=float(scores.mean()), interval=statistics.mean_interval(scores),
        reference=then.mean, distance=statistics.mean(scores, then.mean, then.deviation, then.rows),
    )  # fmt: skip
    above = int((scores >= then.threshold).sum())
    yield Finding(
        metric=Metric.SHARE_ABOVE, n=rows, value=above / rows, interval=statistics.wilson(above, rows),
        reference=then.above / then.rows, distance=statistics.share(above, rows, then.above, then.rows),
    )  # fmt: skip
    heavier = statistics.reference_share(scores)
    yield Finding(
        metric=Metric.REFERENCE_DRIFT, n=rows, value=heavier, interval=statistics.wilson(round(heavier * rows), rows),
        reference=statistics.REFERENCE_BOUND,
    )  # fmt: skip
    yield _expected(Metric.EXPECTED_AUC, rows, statistics.expected_auc(scores), then.auc)
    precision = statistics.expected_precision(scores, then.threshold)
    yield _expected(Metric.EXPECTED_PRECISION, rows, precision, then.precision)
    yield _expected(Metric.EXPECTED_RECALL, rows, statistics.expected_recall(scores, then.threshold), then.recall)


def _expected(metric: Metric, rows: int, estimate: Estimate, then: Estimate) -> Finding:
    return Finding(
        metric=metric, n=rows, value=estimate.value, interval=estimate.interval, reference=then.value,
        distance=statistics.estimate(estimate, then),
    )  # fmt: skip


_OF_SCORES = (
    Metric.SCORE_PSI, Metric.SCORE_MEAN, Metric.SHARE_ABOVE, Metric.REFERENCE_DRIFT, Metric.EXPECTED_AUC,
    Metric.EXPECTED_PRECISION, Metric.EXPECTED_RECALL,
)  # fmt: skip


# --- what to make of it ------------------------------------------------------------------------------------------------------


def _if_enough(finding: Finding, bounds: Bounds | None) -> Finding:
    """A count of none is a figure too, and tells of nobody; any other figure needs rows."""
    fewest = max(FEWEST_TOLD, bounds.minimum_n if bounds else 0)
    if finding.metric is Metric.VOLUME and not finding.n:
        return finding
    if finding.state is not ReadingState.KNOWN or finding.n >= fewest:
        return finding
    return replace(finding, state=ReadingState.TOO_FEW, value=None, interval=None, distance=None)


def _with_severity(finding: Finding, bounds: Bounds | None, comparisons: int) -> Finding:
    if bounds is None or finding.distance is None or not finding.is_compared:
        return finding
    severity = severity_of(finding.distance.value, finding.distance.chance, bounds, comparisons=comparisons)
    return replace(finding, severity=severity, bound=bounds.of(severity if severity is not Severity.NONE else Severity.NOTICE))
