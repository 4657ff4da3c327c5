"""Do intervals hold what they say? Two checks, because a single patient's chance is never observed.

On held-out patients, in groups of neighbouring scores with narrow and with wide intervals: the observed rate of a group may
differ from its mean score by chance (its standard error over draws of patients) and by what the intervals allow (a 95 % end
is 1.96 standard errors away). With both, 95 groups of 100 should hold their observed rate, and more where misses within a
group cancel out. How likely so few would be if the intervals were right is simulated twice, with one miss that all groups
share and with one for each, and the larger likelihood counts. This can refute intervals that are too narrow for misses that
the patients of a group share; of misses that cancel out it knows nothing.

With known chances, as in mlops/known_chances.py: the share of single chances that lie in their interval.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mlops.evaluation.draws import Outcomes, Patients, Vector, patient_draws

TARGET = 0.95
LEAST_LIKELY = 0.01  # below this, the intervals are refuted
SCORE_GROUPS, WIDTH_GROUPS = 10, 2
DRAWS = 200
WORLDS = 4_000
_Z_95 = 1.959963984540054

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class CoverageGroup:
    """Held-out rows with neighbouring scores and intervals of similar width."""

    rows: int
    readmitted: int
    mean_score: float
    mean_low: float
    mean_high: float
    observed: float
    chance_error: float  # standard error of the observed rate
    allowed_error: float  # standard error that the mean interval allows on the side of the observed rate
    inside: bool  # the observed rate lies in the mean interval as it is

    @property
    def away(self) -> float:
        """How far the observed rate is from the score, in standard errors of both kinds together."""
        return (self.observed - self.mean_score) / float(np.hypot(self.allowed_error, self.chance_error))

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "inside_with_chance": abs(self.away) <= _Z_95}


@dataclass(frozen=True)
class Coverage:
    """What a validation report tells of an engine's intervals."""

    groups: tuple[CoverageGroup, ...]
    median_width: float
    inside: int
    inside_with_chance: int
    likelihood: float  # of so few groups or fewer, if the intervals are right

    @property
    def passed(self) -> bool:
        return self.likelihood >= LEAST_LIKELY

    def as_json(self) -> dict[str, Any]:
        return {
            "target": TARGET,
            "groups": [group.as_json() for group in self.groups],
            "of": len(self.groups),
            "inside": self.inside,
            "inside_with_chance": self.inside_with_chance,
            "likelihood": self.likelihood,
            "least_likely": LEAST_LIKELY,
            "median_width": self.median_width,
            "passed": self.passed,
        }


@dataclass(frozen=True)
class KnownCoverage:
    """The share of known chances inside their 95 % intervals; by score and by width, lowest tenth first."""

    inside: float
    by_score: tuple[float, ...]
    by_width: tuple[float, ...]
    median_width: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def coverage_of(scores: Vector, low: Vector, high: Vector, readmitted: Outcomes, patients: Patients, *, seed: int) -> Coverage:
    """The check on held-out patients."""
    draws = patient_draws(patients, seed=seed, draws=DRAWS).astype(np.float64)
    groups = tuple(
        _group(scores[rows], low[rows], high[rows], readmitted[rows], draws[:, rows])
        for rows in _neighbours(scores, high - low)
    )
    inside_with_chance = sum(abs(group.away) <= _Z_95 for group in groups)
    return Coverage(
        groups=groups,
        median_width=float(np.median(high - low)),
        inside=sum(group.inside for group in groups),
        inside_with_chance=inside_with_chance,
        likelihood=_likelihood(groups, inside_with_chance, np.random.default_rng(seed)),
    )


def known_coverage_of(chances: Vector, scores: Vector, low: Vector, high: Vector) -> KnownCoverage:
    """The check with known chances."""
    inside = (low <= chances) & (chances <= high)
    width = high - low
    return KnownCoverage(
        inside=float(inside.mean()),
        by_score=tuple(float(inside[rows].mean()) for rows in _parts(scores, SCORE_GROUPS)),
        by_width=tuple(float(inside[rows].mean()) for rows in _parts(width, SCORE_GROUPS)),
        median_width=float(np.median(width)),
    )


def _neighbours(scores: Vector, widths: Vector) -> Iterator[Rows]:
    for rows in _parts(scores, SCORE_GROUPS):
        for part in _parts(widths[rows], WIDTH_GROUPS):
            yield rows[part]


def _parts(values: Vector, number: int) -> list[Rows]:
    return np.array_split(np.argsort(values, kind="stable"), number)


def _group(scores: Vector, low: Vector, high: Vector, readmitted: Outcomes, draws: npt.NDArray[np.float64]) -> CoverageGroup:
    score, mean_low, mean_high, observed = (float(values.mean()) for values in (scores, low, high, readmitted))
    return CoverageGroup(
        rows=len(scores),
        readmitted=int(readmitted.sum()),
        mean_score=score,
        mean_low=mean_low,
        mean_high=mean_high,
        observed=observed,
        chance_error=_chance_error(scores, readmitted, draws),
        allowed_error=(mean_high - score if observed > score else score - mean_low) / _Z_95,
        inside=mean_low <= observed <= mean_high,
    )


def _chance_error(scores: Vector, readmitted: Outcomes, draws: npt.NDArray[np.float64]) -> float:
    """Of the observed rate, patients drawn; never less than that of independent rows with these scores."""
    drawn = draws @ (readmitted - scores) / draws.sum(axis=1)
    independent = np.sqrt((scores * (1 - scores)).sum()) / len(scores)
    return float(max(drawn.std(ddof=1), independent))


def _likelihood(groups: Sequence[CoverageGroup], inside: int, random: np.random.Generator) -> float:
    """Of `inside` groups or fewer, in worlds in which the intervals are right."""
    chance, allowed = (np.array([getattr(group, name) for group in groups]) for name in ("chance_error", "allowed_error"))
    luck = chance * random.standard_normal((WORLDS, len(groups)))
    shared, alone = random.standard_normal((WORLDS, 1)), random.standard_normal((WORLDS, len(groups)))
    away = (np.abs(luck + allowed * misses) / np.hypot(chance, allowed) for misses in (shared, alone))
    return max(float(((world <= _Z_95).sum(axis=1) <= inside).mean()) for world in away)
