"""What became of held-out patients by score: the bands and the reliability table that travel with a model version."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mlops.evaluation import Outcomes, Vector
from predictions.bands import Band, BandName, ReliabilityBin
from predictions.intervals import wilson_95

BINS = 20
# the share of held-out scores below each band: half are low; the top fifth is high, the top twentieth very high
_BELOW = {BandName.LOW: 0.0, BandName.MODERATE: 0.5, BandName.HIGH: 0.8, BandName.VERY_HIGH: 0.95}


def bands_of(scores: Vector, readmitted: Outcomes) -> list[Band]:
    """The four bands, lowest first."""
    starts = [0.0, *(float(np.quantile(scores, share)) for share in list(_BELOW.values())[1:])]
    place = np.searchsorted(starts, scores, side="right") - 1
    return [_band(name, starts[number], readmitted[place == number]) for number, name in enumerate(_BELOW)]


def reliability_of(scores: Vector, readmitted: Outcomes, *, bins: int = BINS) -> list[ReliabilityBin]:
    """Equally many held-out patients in each bin, lowest scores first."""
    return [_bin(scores[rows], readmitted[rows]) for rows in np.array_split(np.argsort(scores, kind="stable"), bins)]


def _band(name: BandName, start: float, readmitted: npt.NDArray[np.bool_]) -> Band:
    events, total = int(readmitted.sum()), len(readmitted)
    low, high = wilson_95(events, total)
    return Band(name=name, from_probability=start, patients=total, readmitted=events, observed_low=low, observed_high=high)


def _bin(scores: Vector, readmitted: Outcomes) -> ReliabilityBin:
    events, total = int(readmitted.sum()), len(readmitted)
    low, high = wilson_95(events, total)
    return ReliabilityBin(
        mean_probability=float(scores.mean()), patients=total, readmitted=events, observed_rate=events / total,
        observed_low=low, observed_high=high,
    )  # fmt: skip
