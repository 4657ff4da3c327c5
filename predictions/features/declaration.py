"""What a feature is: how it is computed, in which range it is trusted, and the words in which a nurse reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, TypeAlias

import narwhals as nw
import numpy as np
import numpy.typing as npt

from predictions.factor_group import FactorGroup

Matrix: TypeAlias = npt.NDArray[np.float64]
Vector: TypeAlias = npt.NDArray[np.float64]


class Kind(StrEnum):
    """How a learner may treat the number."""

    NUMBER = "number"
    FLAG = "flag"
    CATEGORY = "category"


@dataclass(frozen=True, kw_only=True)
class Column:
    """What is said of one column of the matrix, however it comes about.

    `values` or `value_set` put a code in words; `one` and `many` put a count in words ('#' stands for the number).
    A value outside `low` to `high` is an error. Where `missing` is empty, so is a missing value.
    """

    name: str
    label: str
    factor: str
    low: float
    high: float
    kind: Kind = Kind.NUMBER
    unit: str = ""
    missing: str = ""
    values: Mapping[int, str] | None = None
    value_set: str = ""
    one: str = ""
    many: str = ""
    missing_words: str = "not recorded"

    def as_json(self) -> dict[str, Any]:
        """All of it, in types that JSON keeps."""
        values = {str(code): words for code, words in self.values.items()} if self.values is not None else None
        return {name: getattr(self, name) for name in _PLAIN} | {"kind": self.kind.value, "values": values}


_PLAIN = (
    "name", "label", "factor", "low", "high", "unit", "missing", "value_set", "one", "many", "missing_words",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Feature(Column):
    """A column that is read from the record. `expression` reads columns of the encounter table and terms, no other feature."""

    expression: nw.Expr


@dataclass(frozen=True)
class Features:
    """Columns of a matrix by their names."""

    matrix: Matrix
    place_of: Mapping[str, int]

    def __getitem__(self, name: str) -> Vector:
        return self.matrix[:, self.place_of[name]]

    def block(self, *names: str) -> Matrix:
        return self.matrix[:, [self.place_of[name] for name in names]]


@dataclass(frozen=True)
class Derivation:
    """Columns that are made of features by arithmetic: `values` gives one column of numbers for each of `columns`."""

    columns: tuple[Column, ...]
    values: Callable[[Features], Matrix]


@dataclass(frozen=True)
class Concept:
    """One clinical reason, made of one feature or several, whose parts are added up for the reader."""

    key: str
    label: str
    group: FactorGroup
    told_by: tuple[str, ...]
    tells: str = "first"
    otherwise: str = "not recorded"

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "group": self.group.value, "told_by": list(self.told_by)}


def number(column: str) -> nw.Expr:
    return nw.col(column).cast(nw.Float64)


def flag(condition: nw.Expr) -> nw.Expr:
    """1 or 0."""
    return condition.cast(nw.Float64)


def code(column: str, codes: Mapping[str, int], *, otherwise: int | None) -> nw.Expr:
    """Text as a number; text that is not listed becomes `otherwise` (outside the range, where it must not be)."""
    (first, *rest) = codes.items()
    chain = nw.when(nw.col(column) == first[0]).then(float(first[1]))
    for text, value in rest:
        chain = chain.when(nw.col(column) == text).then(float(value))
    return chain if otherwise is None else chain.otherwise(float(otherwise))
