"""Derived columns: sums, ratios, groups and conditions, made of what was read from the record by arithmetic alone.

They are no expressions, because most of them come in blocks: eight changes are one subtraction, and fifty-three conditions
are one look-up of three codes in a table. Whatever engine read the record, the same lines derive the rest of it.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from predictions.features.declaration import Features, Matrix
from predictions.features.schema import DERIVATIONS, names


def derive(matrix: Matrix) -> Matrix:
    """The columns that were read, followed by those that are made of them (schema.plain_names)."""
    features = Features(matrix, _places())
    with np.errstate(invalid="ignore"):  # a missing value makes a missing value
        return np.hstack([matrix, *(derivation.values(features) for derivation in DERIVATIONS)])


@cache
def _places() -> dict[str, int]:
    return {name: place for place, name in enumerate(names())}
