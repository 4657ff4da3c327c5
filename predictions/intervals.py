"""The interval of an observed rate. How far a model's own score may be off is told by its spread, in predictions/engines."""

from __future__ import annotations

from math import sqrt

_Z_95 = 1.959963984540054


def wilson_95(events: int, total: int) -> tuple[float, float]:
    """The Wilson score interval of a proportion."""
    if not total:
        return 0.0, 1.0
    rate, z2 = events / total, _Z_95**2
    middle = (rate + z2 / (2 * total)) / (1 + z2 / total)
    half = _Z_95 * sqrt(rate * (1 - rate) / total + z2 / (4 * total**2)) / (1 + z2 / total)
    return max(0.0, middle - half), min(1.0, middle + half)
