"""What a measurement is: one value or many in each of several runs, a target, and a reference from the same run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

MEDIAN, P95 = "median", "p95"


@dataclass(frozen=True)
class Target:
    """What a figure may be at most, or has to be at least, and which of its two numbers is held against it."""

    at_most: float = math.inf
    at_least: float = -math.inf
    judged: str = MEDIAN

    def __str__(self) -> str:
        return f"{self.judged} >= {self.at_least:.3g}" if self.at_most == math.inf else f"{self.judged} <= {self.at_most:.3g}"

    def is_met_by(self, value: float) -> bool:
        return self.at_least <= value <= self.at_most


@dataclass(frozen=True)
class Figure:
    """`runs` holds the values of each run; `reference` is what the machine does at best, or what the job is compared with."""

    name: str
    what: str
    unit: str
    runs: Sequence[Sequence[float]]
    target: Target | None = None
    reference: Sequence[Sequence[float]] = ()
    reference_what: str = ""

    @property
    def medians(self) -> list[float]:
        return [median(run) for run in self.runs]

    @property
    def median(self) -> float:
        return median(self.medians)

    @property
    def p95(self) -> float:
        return percentile_95(self.runs)

    @property
    def reference_median(self) -> float | None:
        return median(median(run) for run in self.reference) if self.reference else None

    @property
    def ratio(self) -> float | None:
        return self.median / self.reference_median if self.reference_median else None

    @property
    def is_met(self) -> bool | None:
        if self.target is None:
            return None
        return self.target.is_met_by(self.p95 if self.target.judged == P95 else self.median)

    def as_json(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "median": self.median,
            "spread": [min(self.medians), max(self.medians)],
            "p95": self.p95,
            "unit": self.unit,
            "target": str(self.target) if self.target else None,
            "met": self.is_met,
            "reference": self.reference_median,
            "reference_what": self.reference_what or None,
            "ratio": self.ratio,
            "runs": self.medians,
            "values_per_run": len(self.runs[0]),
        }


def percentile_95(runs: Sequence[Sequence[float]]) -> float:
    """Of all values of all runs, the smallest that 95 of 100 do not exceed; of a few values, that is the largest."""
    values = sorted(value for run in runs for value in run)
    return values[math.ceil(0.95 * len(values)) - 1]
