"""What is unusual about the record that a score was made from: said with the feature's name and kept with the prediction.

Such a row is scored by the missing rule of its features and nothing is clipped; a value outside its declared range is
refused instead (building.py). A flag is `feature:reason`.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from predictions.features.encodings import Encoder, keys_of
from predictions.features.groups import ENCODINGS
from predictions.features.person import ANOTHER_PAYER
from predictions.features.schema import names
from predictions.features.stay import ANOTHER_SPECIALTY
from predictions.unusual import MISSING, UNLISTED, UNSEEN, flag

Matrix = npt.NDArray[np.float64]

_WATCHED = ("discharge_disposition", "admission_source", "diagnosis_1_code", "diagnosis_2_code", "diagnosis_3_code")
_UNLISTED = {"payer": ANOTHER_PAYER, "specialty": ANOTHER_SPECIALTY}
_NEEDED = ("diagnosis_1_code",)


def flags_of(matrix: Matrix, encoder: object) -> list[list[str]]:
    """The flags of each row; most rows have none. A model without an encoder does not know what its training saw."""
    flags: list[list[str]] = [[] for _row in range(len(matrix))]
    for name, reason, raised in _raised(matrix, encoder):
        for row in np.flatnonzero(raised):
            flags[row].append(flag(name, reason))
    return flags


def _raised(matrix: Matrix, encoder: object) -> list[tuple[str, str, npt.NDArray[np.bool_]]]:
    place = names().index
    found = []
    if isinstance(encoder, Encoder):
        unseen = ~encoder.knows(keys_of(matrix))
        found += [(name, UNSEEN, unseen[:, number]) for number, name in _watched()]
    found += [(name, UNLISTED, matrix[:, place(name)] == code) for name, code in _UNLISTED.items()]
    found += [(name, MISSING, np.isnan(matrix[:, place(name)])) for name in _NEEDED]
    return found


@cache
def _watched() -> list[tuple[int, str]]:
    """Encodings of one column alone; a diagnosis is watched by its category, of which rare codes are no surprise."""
    alone = [(number, encoding.parts[0][0]) for number, encoding in enumerate(ENCODINGS) if len(encoding.parts) == 1]
    first: dict[str, int] = {}
    for number, name in alone:
        first.setdefault(name, number)
    return [(number, name) for name, number in first.items() if name in _WATCHED]
