"""Gradient-boosted trees: XGBoost by its Booster alone, kept as UBJSON. The only module that names xgboost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import ClassVar, Self

import numpy as np

from predictions.engines.base import Labels, Matrix, Vector, marked, settings_from, unmarked
from predictions.engines.hiding import hidden
from predictions.engines.tree_parts import TreeTables
from predictions.errors import ArtefactRefusedError
from predictions.features import schema

with hidden("sklearn", "pandas"):  # for wrappers that we do not use, they take 130 MB and a second and a half of each process
    import xgboost

_OBJECT = b"{L"  # how UBJSON begins where XGBoost writes it
_UNREADABLE = "The model's trees cannot be read."
_ALWAYS = {"objective": "binary:logistic", "tree_method": "hist", "grow_policy": "lossguide"}
_FEW_ROWS = 64  # below this, waking other threads costs more than it saves


@dataclass(frozen=True)
class BoostedParameters:
    """Chosen by patient-grouped cross-validation on the training part of protocol C; see docs/modelling.md."""

    trees: int = 600
    max_leaves: int = 15  # grown where the gain is largest; what a leaf costs to explain is told in tree_parts.py
    max_depth: int = 6  # of a path; one of more than seven splits has no table
    learning_rate: float = 0.023
    min_child_weight: float = 15.0
    colsample_bytree: float = 0.25
    subsample: float = 0.8
    reg_lambda: float = 20.0
    scale_pos_weight: float = 1.0


@dataclass
class BoostedTrees:
    """The default engine."""

    name: ClassVar[str] = "boosted"
    settings: BoostedParameters = field(default_factory=BoostedParameters)

    def fit(self, matrix: Matrix, labels: Labels, *, categories: tuple[bool, ...], seed: int) -> Self:
        self._take(categories)
        learned = {**asdict(self.settings), **_ALWAYS, "seed": seed, "monotone_constraints": _rising_in_rates(len(categories))}
        trees = learned.pop("trees")
        data = self._data(matrix, label=labels.astype(np.float64))
        self._adopt(bytes(xgboost.train(learned, data, num_boost_round=trees).save_raw("ubj")))
        return self

    def log_odds(self, matrix: Matrix) -> Vector:
        booster = self._booster_for(matrix)
        return np.asarray(booster.predict(self._data(matrix), output_margin=True), dtype=np.float64)

    def contributions(self, matrix: Matrix) -> Matrix:
        if self._tables is not None:
            return self._tables.contributions(matrix)
        return self.contributions_by_walk(matrix)

    def contributions_by_walk(self, matrix: Matrix) -> Matrix:
        """XGBoost's own, many times slower: for trees too deep for tables, and for the test that holds the two together."""
        booster = self._booster_for(matrix)
        return np.asarray(booster.predict(self._data(matrix), pred_contribs=True), dtype=np.float64)

    def to_bytes(self) -> bytes:
        return marked(self.name, self._bytes)

    @classmethod
    def from_bytes(cls, data: bytes, *, categories: tuple[bool, ...]) -> Self:
        engine = cls()
        engine._take(categories)
        trees = unmarked(cls.name, data)
        if not (trees.startswith(_OBJECT) and trees.endswith(b"}")):  # XGBoost itself would end the process
            raise ArtefactRefusedError(_UNREADABLE)
        try:
            engine._adopt(trees)
            features = engine._for_many.num_features()
        except xgboost.core.XGBoostError as error:
            raise ArtefactRefusedError(_UNREADABLE) from error
        if features != len(categories):
            msg = f"The model's trees read {features} features; the software computes {len(categories)}."
            raise ArtefactRefusedError(msg)
        engine._tables  # noqa: B018  worked out now, while nobody waits for a score
        return engine

    @classmethod
    def with_parameters(cls, given: Mapping[str, object]) -> Self:
        return cls(settings_from(BoostedParameters, given))

    @property
    def parameters(self) -> dict[str, float | int | str]:
        return asdict(self.settings)

    @cached_property
    def _tables(self) -> TreeTables | None:
        return TreeTables.of(json.loads(bytes(self._for_many.save_raw("json"))))

    def _take(self, categories: tuple[bool, ...]) -> None:
        self._types = ["c" if is_category else "q" for is_category in categories]

    def _adopt(self, data: bytes) -> None:
        self._bytes = data
        # two readers of one model, because the number of threads is a setting of the booster and requests run side by side
        self._for_one, self._for_many = (xgboost.Booster({"nthread": threads}) for threads in (1, 0))
        for booster in (self._for_one, self._for_many):
            booster.load_model(bytearray(data))
        self._for_one.set_param({"nthread": 1})

    def _booster_for(self, matrix: Matrix) -> xgboost.Booster:
        return self._for_one if len(matrix) < _FEW_ROWS else self._for_many

    def _data(self, matrix: Matrix, label: Vector | None = None) -> xgboost.DMatrix:
        threads = 1 if len(matrix) < _FEW_ROWS else None
        return xgboost.DMatrix(matrix, label, feature_types=self._types, enable_categorical=True, nthread=threads)


def _rising_in_rates(columns: int) -> str:
    """A higher rate of a patient's group never lowers the score: what remains else is chance, and reads as nonsense."""
    plain = len(schema.plain_names())
    return str(tuple(int(column >= plain) for column in range(columns)))
