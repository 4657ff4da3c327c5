"""A candidate's figures beside the champion's, on the same rows, with the difference said in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlops.validation.words import NONE, number, percent, signed

Found = Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    """One measure. `better` says where it should lie: higher, lower, or nearer to `best`."""

    name: str
    label: str
    better: str
    places: int = 3
    best: float = 0.0
    is_share: bool = False

    def distance(self, value: float) -> float:
        """The smaller the better."""
        return {"higher": -value, "lower": value, "near": abs(value - self.best)}[self.better]


FIGURES = (
    Figure("auc", "Ranks right (ROC-AUC)", "higher", 4),
    Figure("auprc", "Precision along recall (AUPRC)", "higher", 4),
    Figure("brier", "Squared error (Brier)", "lower", 4),
    Figure("brier_skill", "Better than everybody's average (Brier skill)", "higher"),
    Figure("log_loss", "Log loss", "lower", 4),
    Figure("ece", "Distance of score and outcome (ECE)", "lower", 4),
    Figure("calibration_slope", "Calibration slope; 1 is right", "near", 2, best=1.0),
    Figure("calibration_in_the_large", "Calibration in the large; 0 is right", "near", 3),
    Figure("recall_top_10", "Found among the highest 10 %", "higher", 1, is_share=True),
    Figure("ppv_top_10", "Right among the highest 10 %", "higher", 1, is_share=True),
    Figure("recall_top_20", "Found among the highest 20 %", "higher", 1, is_share=True),
    Figure("ppv_top_20", "Right among the highest 20 %", "higher", 1, is_share=True),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One measure of both, as it is written."""

    label: str
    candidate: str
    champion: str
    difference: str


def rows_of(appraisal: Found) -> list[Row]:
    """Only what was measured; where there is no champion its column is a dash."""
    candidate = _figures(appraisal.get("candidate"))
    champion = _figures(appraisal.get("champion"))
    paired = appraisal.get("paired") or {}
    return [
        _row(figure, candidate[figure.name], champion.get(figure.name), paired.get(f"{figure.name}_difference"))
        for figure in FIGURES
        if figure.name in candidate
    ]


def _row(figure: Figure, candidate: Found, champion: Found | None, paired: Found | None) -> Row:
    return Row(
        figure.label, _written(figure, candidate), _written(figure, champion), _difference(figure, candidate, champion, paired)
    )


def _written(figure: Figure, told: Found | None) -> str:
    if told is None or told.get("value") is None:
        return NONE
    if told.get("low") is None:
        return _number(figure, told["value"])
    return f"{_number(figure, told['value'])} ({_bare(figure, told['low'])} to {_number(figure, told['high'])})"


def _difference(figure: Figure, candidate: Found, champion: Found | None, paired: Found | None) -> str:
    """Better, worse, or not told apart; the interval is of the paired difference where that was drawn."""
    if champion is None or champion.get("value") is None or candidate.get("value") is None:
        return NONE
    if paired is not None and paired.get("low") is not None:
        return _of_pairs(figure, paired)
    by = figure.distance(champion["value"]) - figure.distance(candidate["value"])
    if number(by, figure.places + 2 * figure.is_share).strip("0.") == "":
        return "the same"
    amount = _points(figure, abs(by)) if figure.is_share else number(abs(by), figure.places)
    nearer = {"near": ("nearer", "farther")}.get(figure.better, ("better", "worse"))
    return f"{nearer[0] if by > 0 else nearer[1]} by {amount}; no interval drawn"


def _of_pairs(figure: Figure, paired: Found) -> str:
    write = _signed_points if figure.is_share else lambda value: signed(value, figure.places)
    interval = f"{write(paired['value'])} ({write(paired['low'])} to {write(paired['high'])})"
    if paired["low"] <= 0 <= paired["high"]:
        return f"not told apart: {interval}"
    is_better = (paired["low"] > 0) == (figure.better == "higher")
    return f"{'better' if is_better else 'worse'}: {interval}"


def _figures(model: Found | None) -> Found:
    figures: Found = (model or {}).get("figures", {})
    return figures


def _number(figure: Figure, value: float) -> str:
    return percent(value, figure.places) if figure.is_share else number(value, figure.places)


def _bare(figure: Figure, value: float) -> str:
    return number(100 * value, figure.places) if figure.is_share else number(value, figure.places)


def _points(figure: Figure, value: float) -> str:
    return f"{number(100 * value, figure.places)} percentage points"


def _signed_points(value: float) -> str:
    return f"{signed(100 * value, 1)} points"
