"""What is unusual about the record that a score was made from: said with the feature's name and kept with the prediction.

Such a row is scored by the missing rule of its features and nothing is clipped; a value outside its declared range is
refused instead (building.py). A flag is `feature:reason`.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from clinical.code_lists import ANOTHER_PLACE
from predictions.features.encodings import Encoder, keys_of
from predictions.features.groups import ENCODINGS
from predictions.features.schema import names
from predictions.unusual import MISSING, UNLISTED, UNSEEN, flag

Matrix = npt.NDArray[np.float64]

_WATCHED = {
    "discharge_disposition": "discharge_disposition",
    "admission_source": "admission_source",
    **{f"diagnosis_{place}_code": f"diagnosis_{place}_category" for place in (1, 2, 3)},
}
_LISTED = ("payer", "specialty")
_NEEDED = ("diagnosis_1_code",)


def flags_of(wide: Matrix, encoder: object) -> list[list[str]]:
    """The flags of each row; most rows have none. A model without an encoder does not know what its training saw."""
    flags: list[list[str]] = [[] for _row in range(len(wide))]
    for name, reason, raised in _raised(wide, encoder):
        for row in np.flatnonzero(raised):
            flags[row].append(flag(name, reason))
    return flags


def _raised(wide: Matrix, encoder: object) -> list[tuple[str, str, npt.NDArray[np.bool_]]]:
    place = names().index
    found = []
    if isinstance(encoder, Encoder):
        unseen = ~encoder.knows(keys_of(wide))
        found += [(name, UNSEEN, unseen[:, number]) for number, name in _watched()]
    found += [(name, UNLISTED, wide[:, place(name)] == ANOTHER_PLACE) for name in _LISTED]
    found += [(name, MISSING, np.isnan(wide[:, place(name)])) for name in _NEEDED]
    return found


@cache
def _watched() -> list[tuple[int, str]]:
    """A diagnosis is watched by its category, of which rare codes are no surprise."""
    alone = {encoding.parts[0][0]: number for number, encoding in enumerate(ENCODINGS) if len(encoding.parts) == 1}
    return [(alone[grouped], name) for name, grouped in _WATCHED.items()]
