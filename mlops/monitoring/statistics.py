"""The arithmetic of watching: how far two distributions are apart, how far chance would take them, and what a calibrated
score lets one expect before any outcome is known. Pure: counts and scores in, numbers out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special, stats

Vector = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

FEWEST_EXPECTED = 10  # in a bin, so that the tail of the statistic is that of its limit
_HALF_A_ROW = 0.5  # stands in an empty bin, whose logarithm would be infinite
Z_95 = float(stats.norm.ppf(0.975))
# the reference system weighted each readmission eight-fold, which multiplies the odds by eight, and watched the share above
REFERENCE_WEIGHT, REFERENCE_CUT, REFERENCE_BOUND = 8.0, 0.6, 0.20


@dataclass(frozen=True)
class Distance:
    """How far, and the probability of as far or farther where nothing changed."""

    value: float
    chance: float


@dataclass(frozen=True)
class Estimate:
    """A figure with its standard error."""

    value: float
    error: float

    @property
    def interval(self) -> tuple[float, float]:
        return self.value - Z_95 * self.error, self.value + Z_95 * self.error


# --- distributions -------------------------------------------------------------------------------------------------------


def psi(seen: Counts, reference: Counts) -> Distance:
    """Population stability index over the same bins, those joined in which too little is expected.

    Without a change PSI / (1/n + 1/m) is about chi-square with bins - 1 degrees of freedom, but its tail is heavier; the
    probability is therefore taken from the likelihood ratio, which agrees with it near the middle and holds far out.
    """
    n, m = int(seen.sum()), int(reference.sum())
    if not n or not m:
        return Distance(0.0, 1.0)
    seen, reference = joined(seen, reference)
    if len(seen) < 2:  # noqa: PLR2004  one bin cannot move
        return Distance(0.0, 1.0)
    now = np.maximum(seen, _HALF_A_ROW) / n
    then = np.maximum(reference, _HALF_A_ROW) / m
    value = float(np.sum((now - then) * np.log(now / then)))
    return Distance(value, _likelihood_ratio(seen, reference))


def joined(seen: Counts, reference: Counts) -> tuple[Counts, Counts]:
    """Neighbouring bins added up until FEWEST_EXPECTED rows are expected in each; what is left over joins the last."""
    n, m = seen.sum(), reference.sum()
    expected = (seen + reference) * (n / (n + m))
    place, filled, number = np.empty(len(seen), dtype=np.intp), 0.0, 0
    for bin_number, rows in enumerate(expected):
        place[bin_number] = number
        filled += rows
        if filled >= FEWEST_EXPECTED:
            filled, number = 0.0, number + 1
    if filled and number:
        place[place == number] = number - 1
    bins = int(place.max()) + 1
    return (
        np.bincount(place, weights=seen, minlength=bins).astype(np.int64),
        np.bincount(place, weights=reference, minlength=bins).astype(np.int64),
    )


def ks(seen: Counts, reference: Counts) -> Distance:
    """Two-sample Kolmogorov-Smirnov on ordered cells. With ties its probability is too large, never too small."""
    n, m = int(seen.sum()), int(reference.sum())
    if not n or not m:
        return Distance(0.0, 1.0)
    value = float(np.max(np.abs(np.cumsum(seen) / n - np.cumsum(reference) / m)))
    return Distance(value, float(stats.kstwobign.sf(value * np.sqrt(n * m / (n + m)))))


def share(events: int, n: int, reference_events: int, m: int) -> Distance:
    """Difference of two shares."""
    if not n or not m:
        return Distance(0.0, 1.0)
    seen, reference = np.array([events, n - events]), np.array([reference_events, m - reference_events])
    return Distance(abs(events / n - reference_events / m), _likelihood_ratio(seen, reference))


def mean(scores: Vector, reference_mean: float, reference_deviation: float, m: int) -> Distance:
    """Relative difference of two means."""
    if len(scores) < 2 or not m or not reference_mean:  # noqa: PLR2004  one row has no spread
        return Distance(0.0, 1.0)
    difference = abs(float(scores.mean()) - reference_mean)
    error = np.sqrt(float(scores.var(ddof=1)) / len(scores) + reference_deviation**2 / m)
    return Distance(difference / reference_mean, _two_sided(difference, float(error)))


def count(seen: int, earlier: Vector) -> Distance:
    """Relative difference of a night's count from earlier nights', by their own spread from night to night."""
    usual = float(earlier.mean())
    if not usual:
        return Distance(0.0, 1.0)
    difference, nights = abs(seen - usual), len(earlier)
    counted, found = np.sqrt(usual), float(earlier.std(ddof=1))  # never steadier than counting lets it be
    error = max(counted, found) * np.sqrt(1 + 1 / nights)
    chance = stats.t.sf(difference / error, df=nights - 1) if found > counted else stats.norm.sf(difference / error)
    return Distance(difference / usual, float(2 * chance))


def estimate(seen: Estimate, reference: Estimate) -> Distance:
    """How much lower an estimate is than its reference; a higher one is no loss."""
    loss = reference.value - seen.value
    if loss <= 0:
        return Distance(0.0, 1.0)
    return Distance(loss, _two_sided(loss, float(np.hypot(seen.error, reference.error))))


def wilson(events: int, n: int) -> tuple[float, float]:
    """95 % interval of a share."""
    if not n:
        return 0.0, 1.0
    rate, z = events / n, Z_95
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def mean_interval(scores: Vector) -> tuple[float, float]:
    """95 % interval of a mean."""
    half = Z_95 * float(scores.std(ddof=1)) / np.sqrt(len(scores)) if len(scores) > 1 else 0.0
    return float(scores.mean() - half), float(scores.mean() + half)


def calibration(scores: Vector, readmitted: npt.NDArray[np.bool_]) -> tuple[float, Distance]:
    """Observed less expected share, and how far from none, with the variance that the scores themselves promise."""
    difference = float(readmitted.mean() - scores.mean())
    error = float(np.sqrt(np.sum(scores * (1 - scores)))) / len(scores)
    return difference, Distance(abs(difference), _two_sided(abs(difference), error))


def calibration_errors(scores: Vector) -> tuple[float, float]:
    """Standard errors of the calibration slope, and of the calibration in the large, where the scores are right."""
    log_odds, weight = special.logit(np.clip(scores, 1e-12, 1 - 1e-12)), scores * (1 - scores)
    whole, first, second = (float(np.sum(weight * log_odds**power)) for power in range(3))
    determinant = whole * second - first**2
    return float(np.sqrt(whole / determinant)) if determinant > 0 else float("inf"), float(1 / np.sqrt(whole))


def from_ideal(figure: Estimate, ideal: float) -> Distance:
    difference = abs(figure.value - ideal)
    return Distance(difference, _two_sided(difference, figure.error))


def auc(scores: Vector, readmitted: npt.NDArray[np.bool_]) -> Estimate:
    """The area on known outcomes, with DeLong's error."""
    events, others = np.sort(scores[readmitted]), np.sort(scores[~readmitted])
    of_events = (np.searchsorted(others, events, "left") + np.searchsorted(others, events, "right")) / (2 * len(others))
    of_others = 1 - (np.searchsorted(events, others, "left") + np.searchsorted(events, others, "right")) / (2 * len(events))
    variance = of_events.var(ddof=1) / len(events) + of_others.var(ddof=1) / len(others)
    return Estimate(float(of_events.mean()), float(np.sqrt(variance)))


# --- the reference system's alarm ------------------------------------------------------------------------------------------


def reference_share(scores: Vector) -> float:
    """The share above 0.6 of what these scores would be, had each readmission been weighted eight-fold."""
    weighted = REFERENCE_WEIGHT * scores / (1 - scores + REFERENCE_WEIGHT * scores)
    return float(np.mean(weighted > REFERENCE_CUT))


# --- performance without outcomes (confidence-based estimation) ------------------------------------------------------------


def expected_auc(scores: Vector) -> Estimate:
    """The area under the curve that calibrated scores promise: each row counts as readmitted by its score, and as not by
    the rest. The error is that of an area measured on so many rows: DeLong's, with expected in place of known outcomes.
    """
    order = np.argsort(scores, kind="stable")
    p = scores[order]
    events, others = float(p.sum()), float((1 - p).sum())
    below, above = _others_below(p), _events_above(p)
    area = float(np.sum(p * below)) / (events * others)
    as_event, as_other = (below / others - area) / events, (above / events - area) / others
    return Estimate(area, float(np.sqrt(np.sum(p * as_event**2 + (1 - p) * as_other**2))))


def expected_precision(scores: Vector, threshold: float) -> Estimate:
    flagged = scores[scores >= threshold]
    if not len(flagged):
        return Estimate(0.0, 0.0)
    value = float(flagged.mean())
    return Estimate(value, float(np.sqrt(value * (1 - value) / len(flagged))))


def expected_recall(scores: Vector, threshold: float) -> Estimate:
    flagged, events = scores >= threshold, float(scores.sum())
    if not events:
        return Estimate(0.0, 0.0)
    value = float(scores[flagged].sum()) / events
    return Estimate(value, float(np.sqrt(np.sum(scores * (flagged - value) ** 2)) / events))


# --- forms ---------------------------------------------------------------------------------------------------------------


def as_vector(values: Sequence[float]) -> Vector:
    return np.array(values, dtype=np.float64)


def counted(places: npt.NDArray[np.intp], cells: int) -> Counts:
    """Rows by cell."""
    return np.bincount(places, minlength=cells).astype(np.int64)


# --- parts -----------------------------------------------------------------------------------------------------------------


def _likelihood_ratio(seen: Counts, reference: Counts) -> float:
    """Probability of so different counts from one distribution (G test)."""
    table = np.array([seen, reference], dtype=np.float64)
    table = table[:, table.sum(axis=0) > 0]
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / table.sum()
    statistic = 2 * float(np.sum(special.xlogy(table, table / expected)))
    return float(stats.chi2.sf(max(statistic, 0.0), df=table.shape[1] - 1)) if table.shape[1] > 1 else 1.0


def _two_sided(difference: float, error: float) -> float:
    return float(2 * stats.norm.sf(difference / error)) if error else float(difference == 0)


def _others_below(p: Vector) -> Vector:
    """For each of the ascending scores, the expected not readmitted below it, half of those that are equal."""
    return _half_of_ties(np.concatenate([[0.0], np.cumsum(1 - p)]), p)


def _events_above(p: Vector) -> Vector:
    running = np.concatenate([[0.0], np.cumsum(p)])
    return np.asarray(running[-1] - _half_of_ties(running, p))


def _half_of_ties(running: Vector, p: Vector) -> Vector:
    first, last = np.searchsorted(p, p, side="left"), np.searchsorted(p, p, side="right")
    return np.asarray((running[first] + running[last]) / 2)
