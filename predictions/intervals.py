"""The interval of a score, from what was observed in held-out patients who scored like it.

Observed rates and their Wilson 95 % ends stand at the mean score of each bin; between two bins they are interpolated.
An interval always contains its score: beyond the last bin, or where a bin was off, it is widened to do so.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt

from predictions.bands import ReliabilityBin

_Z_95 = 1.959963984540054


def wilson_95(events: int, total: int) -> tuple[float, float]:
    """The Wilson score interval of a proportion."""
    if not total:
        return 0.0, 1.0
    rate, z2 = events / total, _Z_95**2
    middle = (rate + z2 / (2 * total)) / (1 + z2 / total)
    half = _Z_95 * sqrt(rate * (1 - rate) / total + z2 / (4 * total**2)) / (1 + z2 / total)
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True)
class Reliability:
    """The table of one model version, ready to be read for one score after another."""

    bins: Sequence[ReliabilityBin]

    def interval_of(self, probability: float) -> tuple[float, float]:
        low = _between(self._scores, self._lows, probability)
        high = _between(self._scores, self._highs, probability)
        return min(low, probability), max(high, probability)

    @cached_property
    def _scores(self) -> list[float]:
        return [part.mean_probability for part in self.bins]

    @cached_property
    def _lows(self) -> list[float]:
        return [part.observed_low for part in self.bins]

    @cached_property
    def _highs(self) -> list[float]:
        return [part.observed_high for part in self.bins]


def _between(at: Sequence[float], values: Sequence[float], point: float) -> float:
    """Linear interpolation; beyond either end, the value at that end."""
    right = bisect_right(at, point)
    if right == 0:
        return values[0]
    if right == len(at):
        return values[-1]
    share = (point - at[right - 1]) / (at[right] - at[right - 1])
    return values[right - 1] + share * (values[right] - values[right - 1])
