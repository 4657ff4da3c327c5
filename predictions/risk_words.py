"""Risk told to clinicians: natural frequencies with one denominator, 100, and no decimals that the model cannot mean."""

from __future__ import annotations

from dataclasses import dataclass

HUNDRED = 100


@dataclass(frozen=True)
class Frequency:
    """A probability as a count of 100 patients."""

    probability: float

    @property
    def count(self) -> int:
        """Whole patients of 100, halves upwards."""
        return int(HUNDRED * self.probability + 0.5)

    @property
    def rest(self) -> int:
        return HUNDRED - self.count

    @property
    def rest_words(self) -> str:
        """How many do not come back, with the same care as those who do."""
        return {0: "fewer than 1", HUNDRED: "more than 99"}.get(self.rest, f"about {self.rest}")

    @property
    def words(self) -> str:
        """The count, without ever claiming that something cannot happen or must."""
        if self.probability <= 0.005:  # noqa: PLR2004  half a patient
            return "fewer than 1"
        if self.probability >= 0.995:  # noqa: PLR2004  half a patient short of all
            return "more than 99"
        return str(self.count)

    @property
    def about(self) -> str:
        """What stands before the count in a sentence."""
        return "about " if self.words.isdigit() else ""

    @property
    def is_one(self) -> bool:
        return self.words.endswith(" 1") or self.words == "1"


_WIDE = 20  # patients of 100: what most intervals of the highest twentieth of scores are, and few others


@dataclass(frozen=True)
class Interval:
    """A 95 % interval as counts of 100 patients."""

    low: Frequency
    high: Frequency

    @property
    def is_wide(self) -> bool:
        return self.high.count - self.low.count >= _WIDE

    @property
    def words(self) -> str:
        if self.low.words == self.high.words:
            return f"about {self.low.words}"
        return f"{self.low.words} to {self.high.words}"


def interval(low: float, high: float) -> Interval:
    """The interval between two probabilities."""
    return Interval(Frequency(low), Frequency(high))
