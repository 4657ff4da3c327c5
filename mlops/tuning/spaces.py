"""Where the search looks, for each learner. What is not named here keeps its default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Range:
    """From the least to the most; `by_factor` for what is multiplied rather than added to. Whole ends ask whole numbers."""

    least: int | float
    most: int | float
    by_factor: bool = False


class Asks(Protocol):
    """What a trial of the search can be asked."""

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = ...) -> int:
        """A whole number."""
        ...

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = ...) -> float:
        """A number."""
        ...


SPACES: Mapping[str, Mapping[str, Range]] = {
    "boosted": {
        "trees": Range(150, 1500, by_factor=True),
        "max_depth": Range(2, 7),  # what a stored score costs to explain grows with it
        "learning_rate": Range(0.01, 0.2, by_factor=True),
        "max_leaves": Range(6, 24),
        "min_child_weight": Range(1.0, 200.0, by_factor=True),
        "colsample_bytree": Range(0.1, 0.9),
        "subsample": Range(0.5, 1.0),
        "reg_lambda": Range(1.0, 200.0, by_factor=True),
    },
    "linear": {
        "strength": Range(0.0005, 1.0, by_factor=True),
        "fewest_rows": Range(20, 500, by_factor=True),
    },
    "network": {
        "heads": Range(4, 16),
        "width": Range(48, 256, by_factor=True),
        "embedding": Range(2, 16),
        "steps": Range(4, 16),
        "fewest_rows": Range(20, 200, by_factor=True),
        "dropout": Range(0.0, 0.5),
        "learning_rate": Range(0.0005, 0.02, by_factor=True),
        "weight_decay": Range(0.001, 0.3, by_factor=True),
        "embedding_decay": Range(0.01, 3.0, by_factor=True),
        "epochs": Range(3, 10),
    },
}


def suggested(trial: Asks, engine: str) -> dict[str, int | float]:
    """One point of the learner's space."""
    found: dict[str, int | float] = {}
    for name, place in SPACES[engine].items():
        if isinstance(place.least, int) and isinstance(place.most, int):
            found[name] = trial.suggest_int(name, place.least, place.most, log=place.by_factor)
        else:
            found[name] = trial.suggest_float(name, place.least, place.most, log=place.by_factor)
    return found
