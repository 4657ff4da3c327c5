"""When a difference is worth a person's time: it must be large by its bound AND beyond what chance does.

One night compares a hundred features in a dozen units, so chance alone crosses any bound somewhere. The error that is
accepted is therefore one for the whole night, shared among all of its comparisons (Bonferroni). An alarm asks most of the
evidence: one night in a thousand without any change brings one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How far from the reference; each includes the ones before it."""

    NONE = "none"
    NOTICE = "notice"
    WARNING = "warning"
    ALARM = "alarm"

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


ACCEPTED_ERROR = {Severity.NOTICE: 0.05, Severity.WARNING: 0.01, Severity.ALARM: 0.001}


@dataclass(frozen=True)
class Bounds:
    """Of one metric: the differences from which each severity is told, and the fewest rows that tell anything."""

    notice: float
    warning: float
    alarm: float
    minimum_n: int

    def of(self, severity: Severity) -> float:
        return {Severity.NOTICE: self.notice, Severity.WARNING: self.warning, Severity.ALARM: self.alarm}[severity]


def severity_of(difference: float, chance: float, bounds: Bounds, *, comparisons: int) -> Severity:
    """The highest severity whose bound is reached and whose share of the night's error is not.

    `chance` is the probability of such a difference, or a larger one, where nothing changed.
    """
    found = Severity.NONE
    for severity, accepted in ACCEPTED_ERROR.items():
        if difference >= bounds.of(severity) and chance <= accepted / max(comparisons, 1):
            found = severity
    return found


def worst(severities: list[Severity]) -> Severity:
    return max(severities, key=lambda severity: severity.rank, default=Severity.NONE)
