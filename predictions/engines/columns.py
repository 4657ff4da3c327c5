"""What learners other than trees need to know of each column, learned from training rows: its middle and width, its
levels where it holds codes, and which row of a table each level is.

Levels that few rows have share one place with those that no row had; a missing value has a place of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, Self, TypeVar

import numpy as np
import numpy.typing as npt

from predictions.engines.base import Matrix, Vector
from predictions.errors import ArtefactRefusedError

Places = npt.NDArray[np.int64]

MANY_VALUES = 150  # a column of whole numbers with more values than this holds codes, such as categories of diagnoses
_REST, _MISSING = 0, 1  # the first two places of every column with levels
_OWN = 2


class Description(Protocol):
    """What a model's file says of the columns that it reads."""

    @property
    def count(self) -> int: ...

    def fits_together(self) -> bool:
        """Whether its parts have the lengths and places that they need of each other."""
        ...


Described = TypeVar("Described", bound=Description)


def read_description(read: Callable[[], Described], *, count: int) -> Described:
    """What `read` makes of a file's fields; ArtefactRefusedError when it is none, or none of `count` columns."""
    try:
        description = read()
    except (KeyError, TypeError, ValueError) as error:
        msg = "What the model's file says of its columns cannot be read."
        raise ArtefactRefusedError(msg) from error
    if description.count != count:
        msg = f"The model reads {description.count} features; the software computes {count}."
        raise ArtefactRefusedError(msg)
    if not description.fits_together():
        msg = "What the model's file says of its columns does not fit together."
        raise ArtefactRefusedError(msg)
    return description


@dataclass(frozen=True)
class Levels:
    """The codes of one column, in order."""

    column: int
    codes: Vector

    @property
    def size(self) -> int:
        return len(self.codes) + _OWN

    def places(self, matrix: Matrix) -> Places:
        """For each row, which of `size` places its code has."""
        values = matrix[:, self.column]
        if not len(self.codes):
            return np.where(np.isnan(values), _MISSING, _REST)
        near = np.minimum(np.searchsorted(self.codes, values), len(self.codes) - 1)
        known = np.where(self.codes[near] == values, near + _OWN, _REST)
        return np.where(np.isnan(values), _MISSING, known)


def levels_of(matrix: Matrix, *, categories: tuple[bool, ...], fewest_rows: int) -> tuple[Levels, ...]:
    """The levels of the categories, and of numbers that stand for something else, such as the categories of diagnoses."""
    coded = [column for column, is_category in enumerate(categories) if is_category or _holds_codes(matrix[:, column])]
    return tuple(Levels(column, _common(matrix[:, column], fewest_rows)) for column in coded)


def levels_as_json(levels: tuple[Levels, ...]) -> list[list[Any]]:
    return [[own.column, own.codes.tolist()] for own in levels]


def levels_from_json(listed: Any) -> tuple[Levels, ...]:
    return tuple(Levels(int(column), np.array(codes, dtype=np.float64)) for column, codes in listed)


@dataclass(frozen=True)
class Columns:
    """The columns of a matrix: numbers with centre and width, codes with levels; a column may be both."""

    count: int
    numbers: Places  # which columns are read as numbers
    centre: Vector
    width: Vector
    levels: tuple[Levels, ...]

    @classmethod
    def of(cls, matrix: Matrix, *, categories: tuple[bool, ...], fewest_rows: int) -> Self:
        numbers = np.flatnonzero(~np.array(categories, dtype=bool))
        centre, width = _centre_and_width(matrix[:, numbers])
        levels = levels_of(matrix, categories=categories, fewest_rows=fewest_rows)
        return cls(count=len(categories), numbers=numbers, centre=centre, width=width, levels=levels)

    def standardised(self, matrix: Matrix) -> Matrix:
        """The numbers, with NaN where nothing is known."""
        return (matrix[:, self.numbers] - self.centre) / self.width

    def as_json(self) -> dict[str, Any]:
        return {
            "count": self.count,
            "numbers": self.numbers.tolist(),
            "centre": self.centre.tolist(),
            "width": self.width.tolist(),
            "levels": levels_as_json(self.levels),
        }

    @classmethod
    def from_json(cls, fields: dict[str, Any], *, count: int) -> Self:
        """The same again; ArtefactRefusedError when it does not describe `count` columns."""
        return read_description(
            lambda: cls(
                count=int(fields["count"]),
                numbers=np.array(fields["numbers"], dtype=np.int64),
                centre=np.array(fields["centre"], dtype=np.float64),
                width=np.array(fields["width"], dtype=np.float64),
                levels=levels_from_json(fields["levels"]),
            ),
            count=count,
        )

    def fits_together(self) -> bool:
        places = [*self.numbers.tolist(), *(levels.column for levels in self.levels)]
        alike = self.numbers.shape == self.centre.shape == self.width.shape
        flat = self.numbers.ndim == 1 and all(levels.codes.ndim == 1 for levels in self.levels)
        finite = np.isfinite(self.centre).all() and np.isfinite(self.width).all() and bool((self.width > 0).all())
        return bool(alike and flat and finite and all(0 <= place < self.count for place in places))


def _centre_and_width(numbers: Matrix) -> tuple[Vector, Vector]:
    """Mean and standard deviation of what is there; 0 and 1 of a column that is always missing or always the same."""
    known = ~np.isnan(numbers)
    rows = np.maximum(known.sum(axis=0), 1)
    values = np.where(known, numbers, 0.0)
    centre = values.sum(axis=0) / rows
    width = np.sqrt((np.where(known, numbers - centre, 0.0) ** 2).sum(axis=0) / rows)
    return centre, np.where(width > 0, width, 1.0)


def _holds_codes(values: Vector) -> bool:
    known = values[~np.isnan(values)]
    return len(np.unique(known)) > MANY_VALUES and bool((known == np.floor(known)).all())


def _common(values: Vector, fewest_rows: int) -> Vector:
    codes, rows = np.unique(values[~np.isnan(values)], return_counts=True)
    return np.asarray(codes[rows >= fewest_rows], dtype=np.float64)
