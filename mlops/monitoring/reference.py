"""What a model learned from, in counts: for each feature how often each value came, and how the scores lay.

One set of cells serves all: the population stability index joins them to about ten bins, Kolmogorov-Smirnov adds them up from
the left. A stored profile is a few hundred numbers a feature at most and names no patient; of the features read from the
record alone, because what is derived from them moves with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mlops.monitoring import statistics
from mlops.monitoring.statistics import Counts, Estimate, Vector

MOST_CELLS = 64
BINS = 10
CATEGORY = "category"
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Column:
    """One feature: where the cells end, and how many rows of the reference fell into each.

    Of a number a cell takes what lies above the cut before and up to its own; of a category what equals it. The last cell
    takes what the reference never held: greater numbers, or other codes.
    """

    name: str
    label: str
    kind: str
    cuts: Vector
    counts: Counts
    missing: int

    @property
    def is_category(self) -> bool:
        return self.kind == CATEGORY

    @property
    def cells(self) -> int:
        """With one for missing values, which is the last of all."""
        return len(self.cuts) + 2

    @property
    def rows(self) -> int:
        return int(self.counts.sum()) + self.missing

    def place(self, values: Vector) -> npt.NDArray[np.intp]:
        """The cell of each value."""
        if not len(self.cuts):
            return np.where(np.isnan(values), 1, 0)
        found = np.searchsorted(self.cuts, values, side="left")
        if self.is_category:
            known = self.cuts[np.minimum(found, len(self.cuts) - 1)] == values
            found = np.where(known, found, len(self.cuts))
        return np.where(np.isnan(values), len(self.cuts) + 1, found)

    def counted(self) -> Counts:
        """The reference's own rows by cell, as `place` numbers them."""
        return np.append(self.counts, self.missing)

    def bins(self, cells: Counts) -> Counts:
        """Cells joined to about ten bins of the reference's rows; what it never held, and missing ones, stay apart."""
        inside = self.counts[:-1]
        if self.is_category or len(inside) <= BINS:
            return cells
        share = (np.cumsum(inside) - inside / 2) / max(inside.sum(), 1)
        place = np.append(np.minimum((share * BINS).astype(np.intp), BINS - 1), [BINS, BINS + 1])
        return np.bincount(place, weights=cells, minlength=BINS + 2).astype(np.int64)

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name, "label": self.label, "kind": self.kind, "cuts": self.cuts.tolist(),
            "counts": self.counts.tolist(), "missing": self.missing,
        }  # fmt: skip

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Column:
        return cls(
            name=stored["name"], label=stored["label"], kind=stored["kind"], cuts=np.array(stored["cuts"], dtype=np.float64),
            counts=np.array(stored["counts"], dtype=np.int64), missing=int(stored["missing"]),
        )  # fmt: skip


@dataclass(frozen=True)
class Scores:
    """How the scores of patients lay whom the model had not seen."""

    column: Column
    mean: float
    deviation: float
    threshold: float
    above: int
    auc: Estimate
    precision: Estimate
    recall: Estimate

    @property
    def rows(self) -> int:
        return self.column.rows

    def as_json(self) -> dict[str, Any]:
        plain = {"mean": self.mean, "deviation": self.deviation, "threshold": self.threshold, "above": self.above}
        expected = {"auc": self.auc, "precision": self.precision, "recall": self.recall}
        return {"column": self.column.as_json(), **plain, **{name: vars(figure) for name, figure in expected.items()}}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Scores:
        return cls(
            column=Column.from_json(stored["column"]), mean=stored["mean"], deviation=stored["deviation"],
            threshold=stored["threshold"], above=int(stored["above"]), auc=Estimate(**stored["auc"]),
            precision=Estimate(**stored["precision"]), recall=Estimate(**stored["recall"]),
        )  # fmt: skip


@dataclass(frozen=True)
class Profile:
    """The features of the rows that a model learned from, and the scores of held-out rows."""

    columns: tuple[Column, ...]
    scores: Scores

    @property
    def rows(self) -> int:
        return self.columns[0].rows if self.columns else 0

    def as_json(self) -> dict[str, Any]:
        return {"columns": [column.as_json() for column in self.columns], "scores": self.scores.as_json()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Profile:
        return cls(tuple(Column.from_json(column) for column in stored["columns"]), Scores.from_json(stored["scores"]))


def profile_of(matrix: Matrix, scores: Vector, *, described: Sequence[Mapping[str, Any]], threshold: float) -> Profile:
    """`described` tells name, label and kind of the first columns of the matrix; what stands after them is not watched."""
    columns = [_column(matrix[:, place], what) for place, what in enumerate(described)]
    return Profile(tuple(columns), scores_of(scores, threshold=threshold))


def scores_of(scores: Vector, *, threshold: float) -> Scores:
    told = {"name": "score", "label": "Score", "kind": "number"}
    return Scores(
        column=_column(scores, told), mean=float(scores.mean()), deviation=float(scores.std()), threshold=threshold,
        above=int(np.sum(scores >= threshold)), auc=statistics.expected_auc(scores),
        precision=statistics.expected_precision(scores, threshold), recall=statistics.expected_recall(scores, threshold),
    )  # fmt: skip


def column_in_cells_of(column: Column, values: Vector) -> Column:
    """The same feature of other rows, in the same cells: a unit's own reference."""
    counted = np.bincount(column.place(values), minlength=column.cells)
    return Column(column.name, column.label, column.kind, column.cuts, counted[:-1].astype(np.int64), int(counted[-1]))


def _column(values: Vector, described: Mapping[str, Any]) -> Column:
    known = values[~np.isnan(values)]
    cuts = np.unique(known)
    if len(cuts) > MOST_CELLS and described["kind"] != CATEGORY:
        cuts = np.unique(np.quantile(known, np.linspace(0, 1, MOST_CELLS + 1)[1:], method="inverted_cdf"))
    empty = Column(described["name"], described["label"], described["kind"], cuts, np.zeros(len(cuts) + 1, np.int64), 0)
    return column_in_cells_of(empty, values)
