"""Risk in words: whole patients of 100, and never more certainty than there is."""

from __future__ import annotations

import pytest

from predictions.risk_words import Frequency, interval


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.0, "fewer than 1"),
        (0.004, "fewer than 1"),
        (0.006, "1"),
        (0.125, "13"),
        (0.2349, "23"),
        (0.994, "99"),
        (1.0, "more than 99"),
    ],
)
def test_a_probability_is_a_count_of_a_hundred(probability: float, words: str) -> None:
    assert Frequency(probability).words == words


def test_those_with_and_without_make_a_hundred() -> None:
    assert all(Frequency(n / 999).count + Frequency(n / 999).rest == 100 for n in range(1_000))


@pytest.mark.parametrize(
    ("low", "high", "words"), [(0.19, 0.28, "19 to 28"), (0.101, 0.104, "about 10"), (0.0, 0.02, "fewer than 1 to 2")]
)
def test_an_interval_is_told_in_the_same_counts(low: float, high: float, words: str) -> None:
    assert interval(low, high).words == words


def test_a_wide_interval_is_known_to_be_wide() -> None:
    assert interval(0.1, 0.3).is_wide
    assert not interval(0.1, 0.29).is_wide
