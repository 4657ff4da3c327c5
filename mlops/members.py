"""Fitting the members of a spread: many boosted models at once, each of its own draw of patients.

One call of XGBoost learns all of them on one binned matrix: each member is a target of its own, and weighs each row by how
often the row's patient was drawn for it. Codes without an order are read as numbers here; trees split them often enough.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import xgboost

from predictions.engines.base import Labels, Matrix
from predictions.engines.spread import LEAVES, SPLITS, MemberTrees

_DEPTH = 3
_LEAF = -1


@dataclass(frozen=True)
class MemberParameters:
    """Few trees at a high rate: what is wanted of a member is how far it lies from the others."""

    members: int = 16
    rounds: int = 40
    learning_rate: float = 0.3
    min_child_weight: float = 20.0
    colsample_bytree: float = 0.5
    reg_lambda: float = 20.0
    max_bin: int = 64


def fit_members(
    wide: Matrix, readmitted: Labels, patients: npt.NDArray[np.int64], *, seed: int, settings: MemberParameters
) -> MemberTrees:
    """The members; the same rows and seed give the same trees."""
    drawn = times_drawn(patients, members=settings.members, random=np.random.default_rng(seed))
    objective = _Objective(readmitted.astype(np.float32), drawn.astype(np.float32))
    labels = np.repeat(objective.readmitted[:, None], settings.members, axis=1)
    data = xgboost.QuantileDMatrix(wide.astype(np.float32), label=labels, max_bin=settings.max_bin)
    learned = {
        "tree_method": "hist", "max_depth": _DEPTH, "seed": seed, "base_score": _log_odds_of_rate(readmitted),
        "multi_strategy": "one_output_per_tree", "num_target": settings.members, "disable_default_eval_metric": True,
        "objective": "reg:squarederror", "learning_rate": settings.learning_rate, "max_bin": settings.max_bin,
        "min_child_weight": settings.min_child_weight, "colsample_bytree": settings.colsample_bytree,
        "reg_lambda": settings.reg_lambda,
    }  # fmt: skip
    booster = xgboost.train(learned, data, num_boost_round=settings.rounds, obj=objective)
    return _tables(json.loads(bytes(booster.save_raw("json"))), members=settings.members, features=wide.shape[1])


def times_drawn(patients: npt.NDArray[np.int64], *, members: int, random: np.random.Generator) -> npt.NDArray[np.int64]:
    """How often each row counts for each member: patients are drawn, with all of their stays, Poisson with mean one."""
    distinct, place = np.unique(patients, return_inverse=True)
    return np.asarray(random.poisson(1.0, (len(distinct), members))[place])


class _Objective:
    """The logistic loss of each member, weighed by its own draw."""

    def __init__(self, readmitted: npt.NDArray[np.float32], weights: npt.NDArray[np.float32]) -> None:
        self.readmitted, self._weights = readmitted, weights

    def __call__(self, log_odds: npt.NDArray[np.float32], _data: xgboost.DMatrix) -> tuple[Any, Any]:
        chance = 1 / (1 + np.exp(-log_odds.reshape(self._weights.shape)))
        return self._weights * (chance - self.readmitted[:, None]), self._weights * chance * (1 - chance)


def _log_odds_of_rate(readmitted: Labels) -> float:
    rate = float(readmitted.mean())
    return float(np.log(rate / (1 - rate)))


def _tables(model: Mapping[str, Any], *, members: int, features: int) -> MemberTrees:
    grown = model["learner"]["gradient_booster"]["model"]
    in_turn = sorted(range(len(grown["trees"])), key=lambda tree: (tree // members, grown["tree_info"][tree]))
    filled = [_Filled(grown["trees"][tree]) for tree in in_turn]
    return MemberTrees(
        members=members,
        features=features,
        feature=np.array([tree.feature for tree in filled], dtype=np.uint16),
        threshold=np.array([tree.threshold for tree in filled], dtype=np.float32),
        missing_right=np.array([tree.missing_right for tree in filled], dtype=np.uint8),
        leaf=np.array([tree.leaf for tree in filled], dtype=np.float32),
    )


class _Filled:
    """A tree of XGBoost's JSON with all of its seven splits; where it stopped early, all leaves below are the same."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw
        self.feature, self.threshold, self.missing_right = [0] * SPLITS, [0.0] * SPLITS, [0] * SPLITS
        self.leaf = [0.0] * LEAVES
        self._fill(node=0, place=0)

    def _fill(self, *, node: int, place: int) -> None:
        left = self._raw["left_children"][node]
        if place >= SPLITS:
            self.leaf[place - SPLITS] = self._raw["split_conditions"][node]
        elif left == _LEAF:
            self._fill(node=node, place=2 * place + 1)
            self._fill(node=node, place=2 * place + 2)
        else:
            self.feature[place] = self._raw["split_indices"][node]
            self.threshold[place] = self._raw["split_conditions"][node]
            self.missing_right[place] = 1 - self._raw["default_left"][node]
            self._fill(node=left, place=2 * place + 1)
            self._fill(node=self._raw["right_children"][node], place=2 * place + 2)
