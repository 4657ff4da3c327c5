"""One engine fitted as production fits it, with its scores of the held-out rows and of its training rows out of fold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from mlops.datasets import Dataset
from mlops.evaluation import Vector
from mlops.training import train
from predictions.engines.calibrated import CalibratedModel
from predictions.engines.registry import engine_called


@dataclass(frozen=True)
class Fitted:
    """An engine with what its validation needs."""

    name: str
    model: CalibratedModel
    scores: Vector
    out_of_fold: Vector = field(repr=False)


def fit(name: str, dataset: Dataset, *, seed: int, on_fit: Callable[[], object], with_spread: bool = True) -> Fitted:
    """Where only scores are wanted, what gives them intervals can be left out."""
    kept: list[Vector] = []
    model = train(
        dataset.training,
        seed=seed,
        engine=engine_called(name),
        on_fit=on_fit,
        on_out_of_fold=kept.append,
        with_spread=with_spread,
    )
    return Fitted(name, model, model.probabilities(dataset.held_out.matrix), kept[0])
