"""The main reasons of many scores at once: which concepts raise each score most is found by numpy, only those are worded."""

from __future__ import annotations

from functools import cache

import numpy as np

from predictions.engines.base import Matrix
from predictions.explain import MAIN_REASONS, Explainer
from predictions.features import schema


@cache
def explainer() -> Explainer:
    """Of the features that this software computes."""
    return Explainer(schema.definition())


def main_reasons(matrix: Matrix, parts: Matrix) -> list[list[str]]:
    """What `Explainer.main_reasons` says of each row; a missing value is NaN."""
    speaker = explainer()
    keys = list(speaker.concepts)
    points = _points(parts, keys)
    strongest = np.argsort(-points, axis=1, kind="stable")[:, :MAIN_REASONS]
    raises = np.take_along_axis(points, strongest, axis=1) > 0
    return [
        [speaker.in_one_line(keys[place], values) for place, is_raising in zip(places, raising, strict=True) if is_raising]
        for values, places, raising in zip(matrix.tolist(), strongest.tolist(), raises.tolist(), strict=True)
    ]


def _points(parts: Matrix, keys: list[str]) -> Matrix:
    """The sum of the parts of each concept's features."""
    place_of = {key: place for place, key in enumerate(keys)}
    belongs = np.zeros((parts.shape[1], len(keys)))
    for feature, key in enumerate(explainer().concept_of_features):
        belongs[feature, place_of[key]] = 1.0
    return np.asarray(parts @ belongs)
