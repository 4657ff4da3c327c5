"""Risk bands and reliability: what was seen in held-out patients who scored like this one.

Both travel with the model version as JSON (`ModelVersion.bands`, `ModelVersion.reliability`); here are their shapes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

PER = 1_000


class BandName(StrEnum):
    """The four bands, as stored in `Prediction.band` and `WorklistEntry.band`."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    VERY_HIGH = "very_high"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Band:
    """One band: scores from `from_probability` up to the next band's, and what became of held-out patients in it."""

    name: BandName
    from_probability: float
    patients: int
    readmitted: int
    observed_low: float
    observed_high: float

    @property
    def label(self) -> str:
        return self.name.label

    @property
    def observed_rate(self) -> float:
        return self.readmitted / self.patients if self.patients else 0.0

    @property
    def sentence(self) -> str:
        """The observed rate in words, with its n."""
        return (
            f"In this band, {round(PER * self.observed_rate)} of {PER:,} held-out patients were back within 30 days "
            f"({self.readmitted:,} of {self.patients:,})."
        )

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "name": self.name.value}


@dataclass(frozen=True)
class ReliabilityBin:
    """Held-out patients with neighbouring scores: their mean score, and their observed rate with its Wilson 95 % interval."""

    mean_probability: float
    patients: int
    readmitted: int
    observed_rate: float
    observed_low: float
    observed_high: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def bands_from(rows: Iterable[Mapping[str, Any]]) -> list[Band]:
    """`ModelVersion.bands`, lowest first."""
    bands = [Band(**{**row, "name": BandName(row["name"])}) for row in rows]
    return sorted(bands, key=lambda band: band.from_probability)


def reliability_from(rows: Iterable[Mapping[str, Any]]) -> list[ReliabilityBin]:
    """`ModelVersion.reliability`, lowest score first."""
    return sorted((ReliabilityBin(**row) for row in rows), key=lambda part: part.mean_probability)


def band_of(probability: float, bands: Sequence[Band]) -> Band:
    """The band that a score falls into."""
    place = bisect_right(bands, probability, key=lambda band: band.from_probability)
    return bands[max(0, place - 1)]
