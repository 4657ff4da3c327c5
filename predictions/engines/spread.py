"""How far a score may be off: small models, each of its own draw of patients, and how far apart they are about a row.

The members are boosted trees of depth three, whatever learner makes the score. Their log-odds are never shown; only their
deviation is read. `floor` and `factor` make of it half the width of a 95 % interval of the score's log-odds: the root of
floor² + (factor x deviation)². Both come from rehearsals in which the chances are known; see mlops/spread.py.

The members' trees are tables of numbers: no library is needed to read them, and a row costs a few look-ups.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from math import isfinite
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from predictions.engines.base import Matrix, Vector, marked, unmarked
from predictions.errors import ArtefactRefusedError

SPLITS, LEAVES = 7, 8
_NAME = "spread"
_FEWEST_MEMBERS = 2
_FEW_ROWS = 8
_NEARLY_NEVER = 1e-12  # odds need a distance from 0 and 1
_ROWS_AT_ONCE = 8_192  # so that the columns stay in the processor's cache

Single = npt.NDArray[np.float32]


@dataclass(frozen=True)
class MemberTrees:
    """All members: tree t belongs to member t modulo `members`. Split s goes on to split 2s+1 on its left and 2s+2 right."""

    members: int
    features: int
    feature: npt.NDArray[np.uint16]  # tree, split -> the column that is asked
    threshold: Single  # tree, split -> less than this goes left
    missing_right: npt.NDArray[np.uint8]  # 1 where a missing value goes right
    leaf: Single  # tree, leaf from left to right -> log-odds

    def deviations(self, wide: Matrix) -> Vector:
        """The standard deviation of the members' log-odds for each row."""
        if len(wide) <= _FEW_ROWS:
            sums = [self._of_one(row) for row in wide.astype(np.float32)]
        else:
            sums = [self._of_many(wide[first : first + _ROWS_AT_ONCE]) for first in range(0, len(wide), _ROWS_AT_ONCE)]
        log_odds = np.concatenate(sums) if sums else np.empty((0, self.members))
        return np.asarray(log_odds.std(axis=1, ddof=1), dtype=np.float64)

    def _of_one(self, row: Single) -> npt.NDArray[np.float64]:
        asked, threshold, question = self._questions
        right = _with_missing(row)[asked] >= threshold
        found = self._leaf_by_answers[self._places, np.packbits(right[question], axis=1)[:, 0]]
        return np.asarray(found.reshape(-1, self.members).sum(axis=0)[None])

    def _of_many(self, wide: Matrix) -> npt.NDArray[np.float64]:
        """All rows at once: each question is put once, then one tree after another; summed in the order of one row alone."""
        asked, threshold, question = self._questions
        columns = _with_missing(np.ascontiguousarray(wide.T.astype(np.float32)))
        right = np.empty((len(asked), len(wide)), dtype=np.uint8)
        for place, column in enumerate(asked):
            np.greater_equal(columns[column], threshold[place], out=right[place].view(np.bool_))
        sums = np.zeros((self.members, len(wide)))
        for tree, splits in enumerate(question):
            answers = np.zeros(len(wide), dtype=np.uint8)
            for split in splits:
                answers |= right[split]
                answers <<= 1
            sums[tree % self.members] += self._leaf_by_answers[tree].take(answers)
        return np.ascontiguousarray(sums.T)

    @cached_property
    def _questions(self) -> tuple[npt.NDArray[np.intp], Single, npt.NDArray[np.intp]]:
        """Trees ask the same few hundred questions again and again: row of `_with_missing`, threshold, and who asks them."""
        asked = self.feature.astype(np.int64) + self.features * self.missing_right.astype(np.int64)
        pairs = np.column_stack([asked.ravel(), self.threshold.ravel().astype(np.float64)])
        distinct, question = np.unique(pairs, axis=0, return_inverse=True)
        return distinct[:, 0].astype(np.intp), distinct[:, 1].astype(np.float32), question.reshape(self.feature.shape)

    @cached_property
    def _places(self) -> npt.NDArray[np.intp]:
        return np.arange(len(self.leaf))

    @cached_property
    def _leaf_by_answers(self) -> npt.NDArray[np.float64]:
        return self.leaf.astype(np.float64)[:, _LEAF_REACHED]


@dataclass(frozen=True)
class TreeSpread:
    """The members with the two numbers that make an interval of their deviation."""

    trees: MemberTrees
    floor: float
    factor: float

    def intervals(self, wide: Matrix, probabilities: Vector) -> tuple[Vector, Vector]:
        """The 95 % interval around each score, which stands in its middle on the scale of log-odds."""
        half = np.sqrt(self.floor**2 + (self.factor * self.trees.deviations(wide)) ** 2)
        certain = np.clip(probabilities, _NEARLY_NEVER, 1 - _NEARLY_NEVER)
        odds_against = (1 - certain) / certain
        low, high = 1 / (1 + odds_against * np.exp(half)), 1 / (1 + odds_against * np.exp(-half))
        return np.minimum(low, probabilities), np.maximum(high, probabilities)

    def to_bytes(self) -> bytes:
        header = _Header(self.trees.members, self.trees.features, len(self.trees.leaf), self.floor, self.factor)
        arrays = [getattr(self.trees, name).astype(kind).tobytes() for name, kind, _width in _LAYOUT]
        return marked(_NAME, b"\n".join((json.dumps(asdict(header)).encode(), b"".join(arrays))))

    @classmethod
    def from_bytes(cls, data: bytes, *, features: int) -> Self:
        """The spread again; ArtefactRefusedError when it is not one, or reads another number of columns."""
        line, _, body = unmarked(_NAME, data).partition(b"\n")
        header = _header(line, features)
        arrays = _arrays(body, header.trees)
        numbers = np.isfinite(arrays["leaf"]).all() and np.isfinite(arrays["threshold"]).all()
        if not numbers or (arrays["feature"] >= features).any() or (arrays["missing_right"] > 1).any():
            msg = "The spread's trees ask for columns that there are not, or hold what is no number."
            raise ArtefactRefusedError(msg)
        return cls(MemberTrees(header.members, features, **arrays), header.floor, header.factor)


@dataclass(frozen=True)
class _Header:
    members: int
    features: int
    trees: int
    floor: float
    factor: float

    @property
    def is_sound(self) -> bool:
        counts: list[Any] = [self.members, self.features, self.trees]  # a file may hold anything
        widths: list[Any] = [self.floor, self.factor]
        if not all(type(count) is int for count in counts) or not all(type(width) is float for width in widths):
            return False
        is_width = all(isfinite(width) and width >= 0 for width in widths)
        return is_width and self.members >= _FEWEST_MEMBERS and self.trees > 0 and self.trees % self.members == 0


def _header(line: bytes, features: int) -> _Header:
    try:
        fields: Mapping[str, Any] = json.loads(line)
        header = _Header(**fields)
    except (ValueError, TypeError) as error:
        msg = "The spread's header cannot be read."
        raise ArtefactRefusedError(msg) from error
    if not header.is_sound:
        msg = "The spread's header does not describe members of trees."
        raise ArtefactRefusedError(msg)
    if header.features != features:
        msg = f"The spread reads {header.features} columns; the model has {features}."
        raise ArtefactRefusedError(msg)
    return header


# column of the table, its type in the file, its numbers for each tree
_LAYOUT = (("feature", "<u2", SPLITS), ("threshold", "<f4", SPLITS), ("missing_right", "|u1", SPLITS), ("leaf", "<f4", LEAVES))


def _arrays(body: bytes, trees: int) -> dict[str, Any]:
    widths = [np.dtype(kind).itemsize * width for _name, kind, width in _LAYOUT]
    if len(body) != trees * sum(widths):
        msg = f"The spread's trees were cut: {len(body):,} of {trees * sum(widths):,} bytes."
        raise ArtefactRefusedError(msg)
    arrays, start = {}, 0
    for (name, kind, width), size in zip(_LAYOUT, widths, strict=True):
        flat = np.frombuffer(body, dtype=kind, count=trees * width, offset=start)
        arrays[name], start = flat.reshape(trees, width), start + trees * size
    return arrays


def _with_missing(values: Single) -> Single:
    """The values twice: a missing one is below every threshold in the first half, above every threshold in the second."""
    missing = np.isnan(values)
    return np.concatenate([np.where(missing, -np.inf, values), np.where(missing, np.inf, values)], dtype=np.float32)


def _leaf_reached() -> npt.NDArray[np.intp]:
    """The leaf for each byte of answers; the first answer stands in its highest bit, and 1 is "right"."""
    right = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(np.intp)
    byte = np.arange(256)
    second = 1 + right[:, 0]
    third = 2 * second + 1 + right[byte, second]
    return np.asarray(4 * right[:, 0] + 2 * right[byte, second] + right[byte, third])


_LEAF_REACHED = _leaf_reached()
