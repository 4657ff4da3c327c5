"""The second check of intervals: a world in which every patient's chance is known, because a model made it.

A model of the real outcomes gives each encounter a chance; these are taken for the truth. Outcomes are drawn from them,
everything is trained anew on the drawn outcomes (encoding, learner, line, spread), and on held-out patients it is counted
how many of the known chances lie inside their intervals. The truth may come from another learner than the one that is
checked, so that it is not of the shape that the checked one likes best.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from mlops.datasets import Dataset
from mlops.training import FITS, FITS_WITHOUT_SPREAD, train
from mlops.validation.coverage import KnownCoverage, known_coverage_of
from predictions.engines.base import Engine


def fits(*, repeats: int) -> int:
    """How often `on_fit` is called."""
    return FITS_WITHOUT_SPREAD + repeats * FITS


def check(
    dataset: Dataset, *, seed: int, repeats: int, engine: Callable[[], Engine], truth: Callable[[], Engine],
    on_fit: Callable[[], object] = lambda: None,
) -> Iterator[KnownCoverage]:  # fmt: skip
    """One coverage for each world."""
    maker = train(dataset.training, seed=seed, engine=truth, on_fit=on_fit, with_spread=False)
    chances, held_out = maker.probabilities(dataset.training.matrix), maker.probabilities(dataset.held_out.matrix)
    for number in range(repeats):
        random = np.random.default_rng((seed, number))
        drawn = replace(dataset.training, readmitted=random.random(len(chances)) < chances)
        model = train(drawn, seed=seed + number, engine=engine, on_fit=on_fit)
        scored = model.scored(dataset.held_out.matrix)
        yield known_coverage_of(held_out, scored.probabilities, scored.low, scored.high)
