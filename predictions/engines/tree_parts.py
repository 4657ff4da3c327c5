"""Exact Shapley values of shallow trees from tables made once, instead of a walk through every tree for every row.

In a tree of at most seven splits, what each feature contributes depends on nothing but the answers to those splits. All
128 combinations are worked out when a model is loaded; a row then costs seven comparisons and one look-up a tree. The
values are those of path-dependent TreeSHAP (Lundberg et al. 2020), which XGBoost's own `pred_contribs` computes too; a
test holds the two together. Every row is summed tree after tree, so that one row and a hundred thousand agree to the bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial, log
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from predictions.engines.base import Matrix

MOST_SPLITS = 7
_COMBINATIONS = 1 << MOST_SPLITS
_FEW_ROWS = 8
_LEAF = -1

Flags = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class TreeTables:
    """Every tree of a model, padded to seven splits; a padded slot belongs to feature number `features`, which is dropped."""

    features: int
    base: float
    feature: Whole  # tree, split -> which feature is asked
    threshold: npt.NDArray[np.float32]  # less than this goes left
    missing_left: Flags
    category_set: Whole  # tree, split -> which set of codes goes right, or -1 for a threshold
    sets: Flags  # set, code
    parts: npt.NDArray[np.float64]  # tree, combination of answers, split -> contribution to the split's feature

    @classmethod
    def of(cls, model: Mapping[str, Any]) -> Self | None:
        """The tables of XGBoost's JSON model, or None where a tree has more splits than a table can hold."""
        trees = [_Tree(raw) for raw in model["learner"]["gradient_booster"]["model"]["trees"]]
        if any(len(tree.splits) > MOST_SPLITS for tree in trees):
            return None
        parameters = model["learner"]["learner_model_param"]
        features = int(parameters["num_feature"])
        base = _base_log_odds(parameters) + sum(tree.mean for tree in trees)
        return cls(features=features, base=base, **_stack(trees, features))

    def contributions(self, matrix: Matrix) -> Matrix:
        """One column a feature and a last one with the base, in log-odds."""
        parts = self._of_few(matrix) if len(matrix) <= _FEW_ROWS else self._of_many(matrix)
        return np.column_stack([parts, np.full(len(matrix), self.base)])

    def _of_few(self, matrix: Matrix) -> Matrix:
        """All trees at once, one row after another."""
        trees, slots = np.arange(len(self.parts)), self.feature.ravel()
        asks_code = self.category_set >= 0
        sets = self.category_set[asks_code]
        sums = np.empty((len(matrix), self.features))
        for number, row in enumerate(matrix.astype(np.float32)):
            values = np.append(row, np.float32(0))[self.feature]
            left = values < self.threshold
            left[asks_code] = ~self.sets[sets, self._codes(values[asks_code])]
            left = np.where(np.isnan(values), self.missing_left, left)
            parts = self.parts[trees, left @ _WEIGHTS]
            sums[number] = np.bincount(slots, weights=parts.ravel(), minlength=self.features + 1)[: self.features]
        return sums

    def _of_many(self, matrix: Matrix) -> Matrix:
        """All rows at once, one tree after another: columns stay in the processor's cache."""
        columns = np.asfortranarray(matrix.astype(np.float32))
        codes = {feature: self._codes(columns[:, feature]) for feature in np.unique(self.feature[self.category_set >= 0])}
        missing = {feature: rows for feature in range(self.features) if (rows := np.isnan(columns[:, feature])).any()}
        sums = np.zeros((len(matrix), self.features), order="F")
        for tree, parts in enumerate(self.parts):
            answers = np.zeros(len(matrix), dtype=np.intp)
            splits = np.flatnonzero(self.feature[tree] < self.features)
            for split in splits:
                feature, codes_right = self.feature[tree, split], self.category_set[tree, split]
                by_code = codes_right >= 0
                left = ~self.sets[codes_right][codes[feature]] if by_code else columns[:, feature] < self.threshold[tree, split]
                if feature in missing:
                    left = np.where(missing[feature], self.missing_left[tree, split], left)
                answers += left * _WEIGHTS[split]
            found = parts[answers]
            for split in splits:
                sums[:, self.feature[tree, split]] += found[:, split]
        return sums

    def _codes(self, values: npt.NDArray[np.float32]) -> Whole:
        """Columns of `sets`; the last one, in no set, stands for a code that no training row had: it goes left."""
        unknown = self.sets.shape[1] - 1
        return np.clip(np.nan_to_num(values, nan=unknown), 0, unknown).astype(np.int64)


_WEIGHTS = 1 << np.arange(MOST_SPLITS)


class _Tree:
    """One tree of the JSON model, and the table of its contributions."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw
        self.splits = [node for node, left in enumerate(raw["left_children"]) if left != _LEAF]
        self._slot = {node: slot for slot, node in enumerate(self.splits)}
        self.features = [int(raw["split_indices"][node]) for node in self.splits]
        self._leaves = list(self._paths(0, ()))
        self.mean = sum(value * _product(share for _f, _s, _l, share in path) for path, value in self._leaves)

    def codes_of(self, node: int) -> list[int] | None:
        """The codes that go right, where the split asks for a category."""
        if not self._raw["split_type"][node]:
            return None
        place = self._raw["categories_nodes"].index(node)
        first, size = self._raw["categories_segments"][place], self._raw["categories_sizes"][place]
        return [int(code) for code in self._raw["categories"][first : first + size]]

    def threshold_of(self, node: int) -> float:
        return float(self._raw["split_conditions"][node])

    def missing_left(self, node: int) -> bool:
        return bool(self._raw["default_left"][node])

    def table(self) -> npt.NDArray[np.float64]:
        """For each combination of answers, what each feature contributes; in the slot of the first split that asks it."""
        table = np.zeros((_COMBINATIONS, MOST_SPLITS))
        first_slot = {feature: self.features.index(feature) for feature in self.features}
        for path, value in self._leaves:
            features = sorted({feature for feature, *_ in path})
            passes = [_passes(path, feature) for feature in features]
            shares = [_product(share for asked, _s, _l, share in path if asked == feature) for feature in features]
            for place, feature in enumerate(features):
                table[:, first_slot[feature]] += value * _shapley(place, passes, shares)
        return table

    def _paths(self, node: int, path: _Path) -> Iterator[tuple[_Path, float]]:
        if node not in self._slot:
            yield path, float(self._raw["split_conditions"][node])
            return
        cover = self._raw["sum_hessian"]
        for children, left in ((self._raw["left_children"], True), (self._raw["right_children"], False)):
            child = children[node]
            step = (int(self._raw["split_indices"][node]), self._slot[node], left, cover[child] / cover[node])
            yield from self._paths(child, (*path, step))


_Path = tuple[tuple[int, int, bool, float], ...]  # feature, slot, whether the path goes left, share of the cover


def _passes(path: _Path, feature: int) -> npt.NDArray[np.float64]:
    """For each combination of answers, whether a row passes all splits of the path that ask this feature."""
    answers = np.arange(_COMBINATIONS)
    passes = np.ones(_COMBINATIONS, dtype=bool)
    for asked, slot, left, _share in path:
        if asked == feature:
            passes &= ((answers >> slot) & 1).astype(bool) == left
    return passes.astype(np.float64)


def _shapley(place: int, passes: Sequence[npt.NDArray[np.float64]], shares: Sequence[float]) -> npt.NDArray[np.float64]:
    """Feature `place`'s mean gain over all orders in which features become known; unknown ones count by their share."""
    others = [other for other in range(len(passes)) if other != place]
    total = np.zeros(_COMBINATIONS)
    for size in range(len(others) + 1):
        weight = factorial(size) * factorial(len(others) - size) / factorial(len(others) + 1)
        for known in combinations(others, size):
            reach = _product(shares[other] for other in others if other not in known)
            total += weight * reach * np.prod([passes[other] for other in known], axis=0)
    return total * (passes[place] - shares[place])


def _product(factors: Iterator[float]) -> float:
    result = 1.0
    for factor in factors:
        result *= factor
    return result


def _stack(trees: Sequence[_Tree], features: int) -> dict[str, Any]:
    shape = (len(trees), MOST_SPLITS)
    stacked: dict[str, Any] = {
        "feature": np.full(shape, features),
        "threshold": np.zeros(shape, dtype=np.float32),
        "missing_left": np.zeros(shape, dtype=bool),
        "category_set": np.full(shape, -1),
        "parts": np.stack([tree.table() for tree in trees]),
    }
    sets: list[list[int]] = []
    for number, tree in enumerate(trees):
        for slot, node in enumerate(tree.splits):
            stacked["feature"][number, slot] = tree.features[slot]
            stacked["missing_left"][number, slot] = tree.missing_left(node)
            codes = tree.codes_of(node)
            if codes is None:
                stacked["threshold"][number, slot] = tree.threshold_of(node)
            else:
                stacked["category_set"][number, slot] = len(sets)
                sets.append(codes)
    return {**stacked, "sets": _membership(sets)}


def _membership(sets: Sequence[Sequence[int]]) -> Flags:
    largest = max((code for codes in sets for code in codes), default=0)
    membership = np.zeros((max(1, len(sets)), largest + 2), dtype=bool)
    for number, codes in enumerate(sets):
        membership[number, list(codes)] = True
    return membership


def _base_log_odds(parameters: Mapping[str, Any]) -> float:
    probability = float(str(parameters["base_score"]).strip("[]"))
    return log(probability / (1 - probability))
