"""Target encodings: columns that say how often patients of a group came back, learned in training and frozen in the model.

A group is a code of the record (a discharge destination, a diagnosis) or two of them together. Its rate is drawn towards
the rate of all training rows as if fifty more rows of that rate belonged to it, so that a small group says little; a group
that training never saw has just that rate. The rows that a learner is trained on get rates in which no stay of their own
patient was counted (five folds by patient), because a rate that counts the row itself tells the learner its answer.

An encoder holds numbers and nothing else, and is kept as plain JSON.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from predictions.errors import ArtefactRefusedError
from predictions.features.derivation import derive
from predictions.features.groups import ENCODINGS
from predictions.features.schema import plain_names

Matrix = npt.NDArray[np.float64]
Labels = npt.NDArray[np.bool_]
Keys = npt.NDArray[np.int64]

FOLDS = 5
SMOOTHING_ROWS = 50.0
_EACH_FROM = 1 << 40  # the keys of one encoding stay below this, so that all of them lie in one ordered list


@dataclass(frozen=True)
class Encoder:
    """The frozen rates: `tables` holds for each encoding the groups that training saw, in order, and their rates."""

    rate: float
    tables: tuple[tuple[Keys, Matrix], ...]

    def apply(self, matrix: Matrix) -> Matrix:
        """The columns that were read, those derived from them, and one column an encoding."""
        plain = derive(matrix)
        return np.hstack([plain, self.rates_of(keys_of(plain))])

    def to_json(self) -> bytes:
        tables = {
            encoding.name: {"groups": groups.tolist(), "rates": rates.tolist()}
            for encoding, (groups, rates) in zip(ENCODINGS, self.tables, strict=True)
        }
        return json.dumps({"rate": self.rate, "tables": tables}).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """The rates again; ArtefactRefusedError when they are not those of these encodings."""
        try:
            kept: dict[str, Any] = json.loads(data)
            tables = tuple(_table(kept["tables"][encoding.name]) for encoding in ENCODINGS)
            encoder = cls(float(kept["rate"]), tables)
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
            msg = "The model's encodings cannot be read."
            raise ArtefactRefusedError(msg) from error
        fits = len(kept["tables"]) == len(ENCODINGS) and 0 <= encoder.rate <= 1
        if not fits or not all(_is_ordered(*table) for table in tables):
            msg = "The model's encodings are not those of this software."
            raise ArtefactRefusedError(msg)
        return encoder

    def rates_of(self, keys: Keys) -> Matrix:
        """The rate of each group."""
        place, is_known = self._found(keys)
        return np.where(is_known, self._all[1][place], self.rate)

    def knows(self, keys: Keys) -> npt.NDArray[np.bool_]:
        """Whether training saw each group."""
        return self._found(keys)[1]

    def _found(self, keys: Keys) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
        groups, _rates = self._all
        wanted = keys + _EACH_FROM * np.arange(keys.shape[1])
        place = np.minimum(np.searchsorted(groups, wanted), len(groups) - 1)
        return place, groups[place] == wanted

    @cached_property
    def _all(self) -> tuple[Keys, Matrix]:
        """All tables as one, so that a row of thirteen groups is looked up at once."""
        groups = [groups + _EACH_FROM * number for number, (groups, _rates) in enumerate(self.tables)]
        return np.concatenate(groups), np.concatenate([rates for _groups, rates in self.tables])


def fit(matrix: Matrix, readmitted: Labels, patients: npt.NDArray[np.int64], *, seed: int) -> tuple[Encoder, Matrix]:
    """The encoder of these rows, and the wide matrix to train on, in which no row's own patient is counted."""
    plain = derive(matrix)
    keys = keys_of(plain)
    columns = np.empty(keys.shape, dtype=np.float64)
    fold = _folds(patients, seed=seed)
    for number in range(FOLDS):
        others = fold != number
        columns[~others] = _learned(keys[others], readmitted[others]).rates_of(keys[~others])
    return _learned(keys, readmitted), np.hstack([plain, columns])


def keys_of(plain: Matrix) -> Keys:
    """The groups of each row, one column an encoding; read from what is read and derived, wherever other columns follow."""
    place = _places()
    return np.column_stack([encoding.keys(lambda name: plain[:, place[name]]) for encoding in ENCODINGS])


@cache
def _places() -> dict[str, int]:
    return {name: place for place, name in enumerate(plain_names())}


def _learned(keys: Keys, readmitted: Labels) -> Encoder:
    rate = float(readmitted.mean())
    return Encoder(rate, tuple(_rates_of(column, readmitted, rate) for column in keys.T))


def _rates_of(column: Keys, readmitted: Labels, rate: float) -> tuple[Keys, Matrix]:
    groups, group = np.unique(column, return_inverse=True)
    rows = np.bincount(group, minlength=len(groups))
    events = np.bincount(group, weights=readmitted, minlength=len(groups))
    return groups, (events + SMOOTHING_ROWS * rate) / (rows + SMOOTHING_ROWS)


def _folds(patients: npt.NDArray[np.int64], *, seed: int) -> npt.NDArray[np.int64]:
    people, person = np.unique(patients, return_inverse=True)
    return np.random.default_rng(seed).integers(FOLDS, size=len(people))[person]


def _table(kept: dict[str, Any]) -> tuple[Keys, Matrix]:
    return np.array(kept["groups"], dtype=np.int64), np.array(kept["rates"], dtype=np.float64)


def _is_ordered(groups: Keys, rates: Matrix) -> bool:
    if groups.ndim != 1 or groups.shape != rates.shape or not len(groups):
        return False
    in_bounds = groups[0] >= 0 and groups[-1] < _EACH_FROM and bool(((rates >= 0) & (rates <= 1)).all())
    return in_bounds and bool((np.diff(groups) > 0).all())
