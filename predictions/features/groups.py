"""The groups whose rates are encoded: which columns of the matrix make one, and the words for it. See encodings.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from predictions.features.declaration import Kind

Column: TypeAlias = npt.NDArray[np.float64]
Keys: TypeAlias = npt.NDArray[np.int64]

MOST_OF_A_PART = 1 << 20  # so that two parts make one key, and no part runs into the other
_MISSING = MOST_OF_A_PART - 1


def as_it_is(column: Column) -> Keys:
    return _whole(column)


def full_code(column: Column) -> Keys:
    """428.31 -> 42831."""
    return _whole(np.round(column * 100))


@dataclass(frozen=True)
class Encoding:
    """One encoded column: the rate of readmission among the training rows of the same group."""

    name: str
    label: str
    factor: str
    parts: tuple[tuple[str, Callable[[Column], Keys]], ...]

    def keys(self, column_of: Callable[[str], Column]) -> Keys:
        """One number a row; rows of the same group have the same."""
        (first, *others) = (grouping(column_of(name)) for name, grouping in self.parts)
        for part in others:
            first = first * MOST_OF_A_PART + part
        return first

    def as_json(self) -> dict[str, Any]:
        """As a feature's own, so that a stored row can be read without telling the two apart."""
        return {
            "name": self.name, "label": self.label, "factor": self.factor, "low": 0.0, "high": 1.0,
            "unit": "rate of readmission in training", "missing": "a group that training never saw has the rate of all",
            "value_set": "", "one": "", "many": "", "missing_words": "", "kind": Kind.NUMBER.value, "values": None,
        }  # fmt: skip


def _whole(column: Column) -> Keys:
    return np.where(np.isnan(column), _MISSING, column).astype(np.int64)


def _rate(name: str, of: str, factor: str, *parts: tuple[str, Callable[[Column], Keys]]) -> Encoding:
    return Encoding(f"{name}_rate", f"Rate of readmission by {of}", factor, parts)


_TO, _FROM, _TYPE = ("discharge_disposition", as_it_is), ("admission_source", as_it_is), ("admission_type", as_it_is)
_SPECIALTY, _MAIN_GROUP = ("specialty", as_it_is), ("diagnosis_1_group", as_it_is)

ENCODINGS = (
    _rate("discharge_disposition", "discharge destination", "discharge_plan", _TO),
    _rate("admission_source", "where the patient came from", "admission_source", _FROM),
    _rate("specialty", "admitting specialty", "specialty", _SPECIALTY),
    _rate("payer", "payer", "payer", ("payer", as_it_is)),
    *(
        _rate(f"diagnosis_{place}_category", f"category of the {words} diagnosis", f"diagnosis_{place}",
              (f"diagnosis_{place}_category", as_it_is))
        for place, words in ((1, "main"), (2, "second"), (3, "third"))
    ),
    _rate("diagnosis_1_group", "clinical group of the main diagnosis", "diagnosis_1", _MAIN_GROUP),
    _rate("diagnosis_1_code", "full code of the main diagnosis", "diagnosis_1", ("diagnosis_1_code", full_code)),
    _rate("admission_type_and_source", "type of admission and where from", "admission_source", _TYPE, _FROM),
    _rate("disposition_and_diagnosis", "discharge destination and main diagnosis", "discharge_plan", _TO, _MAIN_GROUP),
    _rate("age_and_diagnosis", "age and chapter of the main diagnosis", "age", ("age_years", as_it_is),
          ("diagnosis_1_chapter", as_it_is)),
    _rate("disposition_and_specialty", "discharge destination and specialty", "discharge_plan", _TO, _SPECIALTY),
)  # fmt: skip
