"""Figures that depend on the order of scores alone: they serve probabilities and point scores alike.

Rows with one and the same score are a group; where a share of all rows ends within a group, it takes that part of the group,
which is what drawing lots among equals gives on average.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from mlops.evaluation.draws import Outcomes, Panel, Vector, Weights, as_they_are, quotient

TOP_SHARE = 0.2
TOP_SHARES = (0.05, 0.1, 0.2, 0.3)


@dataclass(frozen=True)
class Ranking:
    """Rows sorted once, highest score first, so that every draw is counted without sorting."""

    order: npt.NDArray[np.intp]
    starts: npt.NDArray[np.intp]  # where each group of equal scores begins
    scores: Vector  # one a group

    @classmethod
    def of(cls, scores: Vector) -> Self:
        order = np.argsort(-scores, kind="stable")
        ranked = scores[order]
        starts = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1]))
        return cls(order, starts, ranked[starts])

    def counts(self, weights: Weights, outcomes: Outcomes) -> tuple[Weights, Weights]:
        """For each draw and group: those who came back, and those who did not."""
        ranked = weights[:, self.order]
        events = ranked * outcomes[self.order]
        if len(self.starts) < len(self.order):
            ranked, events = (np.add.reduceat(columns, self.starts, axis=1) for columns in (ranked, events))
        return events, ranked - events


def ranking_panel(scores: Vector, readmitted: Outcomes, shares: Sequence[float] = TOP_SHARES) -> Panel:
    """AUC, AUPRC, and recall and precision among the highest scores."""
    ranking = Ranking.of(scores)

    def figures(weights: Weights) -> dict[str, Vector]:
        events, others = ranking.counts(weights, readmitted)
        hits, misses = events.cumsum(axis=1), others.cumsum(axis=1)
        found = {"auc": _auc(events, others, misses), "auprc": _average_precision(events, hits, misses)}
        for share in shares:
            among = _among_top(hits, misses, share)
            found[recall_name(share)] = quotient(among, hits[:, -1])
            found[ppv_name(share)] = quotient(among, share * (hits[:, -1] + misses[:, -1]))
        return found

    return figures


def auc_panel(scores: Vector, readmitted: Outcomes) -> Panel:
    ranking = Ranking.of(scores)

    def figures(weights: Weights) -> dict[str, Vector]:
        events, others = ranking.counts(weights, readmitted)
        return {"auc": _auc(events, others, others.cumsum(axis=1))}

    return figures


def recall_name(share: float) -> str:
    return f"recall_top_{round(100 * share)}"


def ppv_name(share: float) -> str:
    return f"ppv_top_{round(100 * share)}"


def auc(scores: Vector, readmitted: Outcomes) -> float:
    """The chance that one who came back had a higher score than one who did not; equal scores count half."""
    return as_they_are(auc_panel(scores, readmitted), rows=len(scores))["auc"]


def average_precision(scores: Vector, readmitted: Outcomes) -> float:
    return as_they_are(ranking_panel(scores, readmitted, ()), rows=len(scores))["auprc"]


def recall_at_top(scores: Vector, readmitted: Outcomes, share: float = TOP_SHARE) -> float:
    """Of those who came back, the share among the highest scores."""
    return as_they_are(ranking_panel(scores, readmitted, (share,)), rows=len(scores))[recall_name(share)]


def ppv_at_top(scores: Vector, readmitted: Outcomes, share: float = TOP_SHARE) -> float:
    """Of the highest scores, the share who came back."""
    return as_they_are(ranking_panel(scores, readmitted, (share,)), rows=len(scores))[ppv_name(share)]


def _auc(events: Weights, others: Weights, misses: Weights) -> Vector:
    below = misses[:, -1:] - misses + others / 2
    return quotient(np.einsum("dg,dg->d", events, below), events.sum(axis=1) * misses[:, -1])


def _average_precision(events: Weights, hits: Weights, misses: Weights) -> Vector:
    precision = quotient(hits, hits + misses)
    return quotient(np.einsum("dg,dg->d", events, np.nan_to_num(precision)), hits[:, -1])


def _among_top(hits: Weights, misses: Weights, share: float) -> Vector:
    """How many of the highest `share` of rows came back."""
    among = np.empty(len(hits))
    for draw, (hit, miss) in enumerate(zip(hits, misses, strict=True)):
        rows = hit + miss
        among[draw] = np.interp(share * rows[-1], np.append(0.0, rows), np.append(0.0, hit))
    return among
