"""Exact Shapley values of small trees from tables made once, instead of a walk through every tree for every row.

What a leaf contributes to each feature depends on nothing but the answers to the splits on its path. Leaves whose paths
share at most seven splits make one table: all 128 combinations of answers are worked out when a model is loaded, and a
row then costs seven answers and one look-up. A tree of eight leaves is one table, one of fifteen is three or four. The
values are those of path-dependent TreeSHAP (Lundberg et al. 2020), which XGBoost's own `pred_contribs` computes too; a
test holds the two together. Every row is summed table after table, so that one row and a hundred thousand agree to the bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import comb, log
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from predictions.engines.base import Matrix

MOST_SPLITS = 7
_COMBINATIONS = 1 << MOST_SPLITS
_FEW_ROWS = 8
_ROWS_AT_ONCE = 8_192  # so that what is looked up stays in the processor's cache
_LEAF = -1

Flags = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]
Single = npt.NDArray[np.float32]
Question = tuple[int, float, bool, int]  # feature, threshold, whether missing goes left, set of codes


@dataclass(frozen=True)
class TreeTables:
    """All tables of a model, padded to seven splits; a padded slot belongs to feature number `features`, which is dropped."""

    features: int
    base: float
    feature: Whole  # table, split -> which feature is asked
    threshold: Single  # less than this goes left
    missing_left: Flags
    category_set: Whole  # table, split -> which set of codes goes right, or -1 for a threshold
    sets: Flags  # set, code
    parts: npt.NDArray[np.float64]  # table, split, combination of answers -> contribution to the split's feature

    @classmethod
    def of(cls, model: Mapping[str, Any]) -> Self | None:
        """The tables of XGBoost's JSON model, or None where a path has more splits than a table can hold."""
        trees = [_Tree(raw) for raw in model["learner"]["gradient_booster"]["model"]["trees"]]
        if any(tree.longest_path > MOST_SPLITS for tree in trees):
            return None
        parameters = model["learner"]["learner_model_param"]
        features = int(parameters["num_feature"])
        base = _base_log_odds(parameters) + sum(tree.mean for tree in trees)
        return cls(features=features, base=base, **_stack([table for tree in trees for table in tree.tables()], features))

    def contributions(self, matrix: Matrix) -> Matrix:
        """One column a feature and a last one with the base, in log-odds."""
        parts = self._of_few(matrix) if len(matrix) <= _FEW_ROWS else self._of_many(matrix)
        return np.column_stack([parts, np.full(len(matrix), self.base)])

    def _of_few(self, matrix: Matrix) -> Matrix:
        """All tables at once, one row after another."""
        first, table, place = self._asking
        flat = self.parts.reshape(-1)
        sums = np.empty((len(matrix), self.features))
        for number, row in enumerate(matrix.astype(np.float32)):
            combination = np.packbits(self._left(row).take(self._question), axis=1, bitorder="little")[:, 0]
            parts = flat.take(first + combination.take(table))
            sums[number] = np.bincount(place, weights=parts, minlength=self.features)
        return sums

    @cached_property
    def _asking(self) -> tuple[Whole, Whole, Whole]:
        """Of each slot that adds anything, table after table: where its parts begin, whose it is, what it asks for."""
        slot = np.flatnonzero(self.parts.any(axis=2))
        return slot * _COMBINATIONS, slot // MOST_SPLITS, self.feature.ravel()[slot]

    def _of_many(self, matrix: Matrix) -> Matrix:
        """Some thousand rows at once: each question is put once, then one table after another is looked up."""
        sums = [self._of_some(matrix[first : first + _ROWS_AT_ONCE]) for first in range(0, len(matrix), _ROWS_AT_ONCE)]
        return np.concatenate(sums)

    def _of_some(self, matrix: Matrix) -> Matrix:
        columns = np.ascontiguousarray(matrix.T.astype(np.float32))
        left = np.stack([self._all_left(columns, number) for number in range(len(self._asked))])
        sums = np.zeros((self.features + 1, len(matrix)))
        for asked, question, parts in zip(self.feature, self._question, self.parts, strict=True):
            combination = np.zeros(len(matrix), dtype=np.uint8)
            for slot in np.flatnonzero(asked < self.features):
                combination |= left[question[slot]] << np.uint8(slot)
            for slot in np.flatnonzero(parts.any(axis=1)):
                sums[asked[slot]] += parts[slot].take(combination)
        return sums[: self.features].T

    def _left(self, row: Single) -> npt.NDArray[np.uint8]:
        """The answer of one row to each question."""
        feature, threshold, missing_left, codes_right = self._asked_as_columns
        values = np.append(row, np.float32(0))[feature]
        left = values < threshold
        by_code = np.flatnonzero(codes_right >= 0)
        left[by_code] = ~self.sets[codes_right[by_code], self._codes(values[by_code])]
        return np.where(np.isnan(values), missing_left, left).astype(np.uint8)

    def _all_left(self, columns: Single, number: int) -> npt.NDArray[np.uint8]:
        """The answer of all rows to one question."""
        feature, threshold, missing_left, codes_right = self._asked[number]
        if feature == self.features:
            return np.zeros(columns.shape[1], dtype=np.uint8)
        column = columns[feature]
        left = ~self.sets[codes_right][self._codes(column)] if codes_right >= 0 else column < np.float32(threshold)
        return np.where(np.isnan(column), missing_left, left).astype(np.uint8)

    @cached_property
    def _asked(self) -> list[Question]:
        """Tables ask the same questions again and again: each distinct one, once."""
        return sorted(set(self._slots_as_questions()))

    @cached_property
    def _asked_as_columns(self) -> tuple[Whole, Single, Flags, Whole]:
        feature, threshold, missing_left, codes_right = zip(*self._asked, strict=True)
        return np.array(feature), np.array(threshold, dtype=np.float32), np.array(missing_left), np.array(codes_right)

    @cached_property
    def _question(self) -> Whole:
        """table, split -> number of its question."""
        place = {question: number for number, question in enumerate(self._asked)}
        return np.array([place[question] for question in self._slots_as_questions()]).reshape(self.feature.shape)

    def _slots_as_questions(self) -> Iterator[Question]:
        columns = (self.feature, self.threshold, self.missing_left, self.category_set)
        return zip(*(column.ravel().tolist() for column in columns), strict=True)

    def _codes(self, values: Single) -> Whole:
        """Columns of `sets`; the last one, in no set, stands for a code that no training row had: it goes left."""
        unknown = self.sets.shape[1] - 1
        return np.clip(np.nan_to_num(values, nan=unknown), 0, unknown).astype(np.int64)


@dataclass(frozen=True)
class _Step:
    """One split on the way to a leaf."""

    node: int
    feature: int
    left: bool
    share: float  # of the split's training rows, by their weight, that went this way


@dataclass(frozen=True)
class _Leaf:
    path: tuple[_Step, ...]
    value: float


@dataclass(frozen=True)
class _Table:
    """Some leaves of a tree, and the splits on their paths."""

    tree: _Tree
    leaves: tuple[_Leaf, ...]

    @property
    def nodes(self) -> list[int]:
        return sorted({step.node for leaf in self.leaves for step in leaf.path})

    def parts(self) -> npt.NDArray[np.float64]:
        """For each combination of answers, what each feature contributes; in the slot of the first split that asks it."""
        parts = np.zeros((MOST_SPLITS, _COMBINATIONS))
        slot_of = {node: slot for slot, node in enumerate(self.nodes)}
        first_slot: dict[int, int] = {}
        for node, slot in slot_of.items():
            first_slot.setdefault(self.tree.feature_of(node), slot)
        for leaf in self.leaves:
            features = sorted({step.feature for step in leaf.path})
            passes = [_passes(leaf.path, feature, slot_of) for feature in features]
            shares = [_product(step.share for step in leaf.path if step.feature == feature) for feature in features]
            for place, feature in enumerate(features):
                parts[first_slot[feature]] += leaf.value * _shapley(place, passes, shares)
        return parts


class _Tree:
    """One tree of the JSON model."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw
        self.leaves = list(self._leaves_below(0, ()))
        self.longest_path = max(len(leaf.path) for leaf in self.leaves)
        self.mean = sum(leaf.value * _product(step.share for step in leaf.path) for leaf in self.leaves)

    def tables(self) -> Iterator[_Table]:
        """Neighbouring leaves together, as many as have few enough splits on their paths."""
        together: tuple[_Leaf, ...] = ()
        for leaf in self.leaves:
            if len(_Table(self, (*together, leaf)).nodes) > MOST_SPLITS:
                yield _Table(self, together)
                together = ()
            together = (*together, leaf)
        yield _Table(self, together)

    def feature_of(self, node: int) -> int:
        return int(self._raw["split_indices"][node])

    def codes_of(self, node: int) -> tuple[int, ...] | None:
        """The codes that go right, where the split asks for a category."""
        if not self._raw["split_type"][node]:
            return None
        place = self._raw["categories_nodes"].index(node)
        first, size = self._raw["categories_segments"][place], self._raw["categories_sizes"][place]
        return tuple(int(code) for code in self._raw["categories"][first : first + size])

    def threshold_of(self, node: int) -> float:
        return float(self._raw["split_conditions"][node])

    def missing_left(self, node: int) -> bool:
        return bool(self._raw["default_left"][node])

    def _leaves_below(self, node: int, path: tuple[_Step, ...]) -> Iterator[_Leaf]:
        if self._raw["left_children"][node] == _LEAF:
            yield _Leaf(path, float(self._raw["split_conditions"][node]))
            return
        cover = self._raw["sum_hessian"]
        for children, left in (("left_children", True), ("right_children", False)):
            child = self._raw[children][node]
            step = _Step(node, self.feature_of(node), left, cover[child] / cover[node])
            yield from self._leaves_below(child, (*path, step))


def _passes(path: tuple[_Step, ...], feature: int, slot_of: Mapping[int, int]) -> npt.NDArray[np.float64]:
    """For each combination of answers, whether a row passes all splits of the path that ask this feature."""
    passes = np.ones(_COMBINATIONS, dtype=bool)
    for step in path:
        if step.feature == feature:
            passes &= _GOES_LEFT[slot_of[step.node]] == step.left
    return passes.astype(np.float64)


_GOES_LEFT = (np.arange(_COMBINATIONS) >> np.arange(MOST_SPLITS)[:, None] & 1).astype(bool)


def _shapley(place: int, passes: Sequence[npt.NDArray[np.float64]], shares: Sequence[float]) -> npt.NDArray[np.float64]:
    """Feature `place`'s mean gain over all orders in which features become known; unknown ones count by their share."""
    # by how many of the others are known: the sum over all such sets, built up one feature after another
    sums = [np.ones(_COMBINATIONS)]
    for other in range(len(passes)):
        if other != place:
            grown = [known * shares[other] for known in sums] + [np.zeros(_COMBINATIONS)]
            for size, known in enumerate(sums):
                grown[size + 1] = grown[size + 1] + known * passes[other]
            sums = grown
    others = len(passes) - 1
    total = sum(known / (comb(others, size) * (others + 1)) for size, known in enumerate(sums))
    return np.asarray(total * (passes[place] - shares[place]))


def _product(factors: Iterator[float]) -> float:
    result = 1.0
    for factor in factors:
        result *= factor
    return result


def _stack(tables: Sequence[_Table], features: int) -> dict[str, Any]:
    shape = (len(tables), MOST_SPLITS)
    stacked: dict[str, Any] = {
        "feature": np.full(shape, features),
        "threshold": np.zeros(shape, dtype=np.float32),
        "missing_left": np.zeros(shape, dtype=bool),
        "category_set": np.full(shape, -1),
        "parts": np.stack([table.parts() for table in tables]),
    }
    sets: dict[tuple[int, ...], int] = {}
    for number, table in enumerate(tables):
        for slot, node in enumerate(table.nodes):
            stacked["feature"][number, slot] = table.tree.feature_of(node)
            stacked["missing_left"][number, slot] = table.tree.missing_left(node)
            codes = table.tree.codes_of(node)
            if codes is None:
                stacked["threshold"][number, slot] = table.tree.threshold_of(node)
            else:
                stacked["category_set"][number, slot] = sets.setdefault(codes, len(sets))
    return {**stacked, "sets": _membership(list(sets))}


def _membership(sets: Sequence[Sequence[int]]) -> Flags:
    largest = max((code for codes in sets for code in codes), default=0)
    membership = np.zeros((max(1, len(sets)), largest + 2), dtype=bool)
    for number, codes in enumerate(sets):
        membership[number, list(codes)] = True
    return membership


def _base_log_odds(parameters: Mapping[str, Any]) -> float:
    probability = float(str(parameters["base_score"]).strip("[]"))
    return log(probability / (1 - probability))
