"""Figures of acting on scores: what a threshold finds and misses, and what it is worth against acting on all or on nobody.

Net benefit (Vickers and Elkin 2006): those found, less those flagged for nothing at the exchange rate of the threshold.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mlops.evaluation.draws import Outcomes, Panel, Vector, Weights, quotient
from mlops.evaluation.ranking import Ranking

HALF = 0.5
RISKS = tuple(round(0.02 + 0.01 * step, 2) for step in range(29))  # 0.02 to 0.30


def threshold_panel(scores: Vector, readmitted: Outcomes, threshold: float) -> Panel:
    """Precision, recall, F1 and the share flagged, where a score of at least `threshold` is a flag."""
    flagged = scores >= threshold
    sides = np.column_stack([flagged & readmitted, flagged, readmitted]).astype(np.float64)

    def figures(weights: Weights) -> dict[str, Vector]:
        hits, flags, events = (weights @ sides).T
        rows = weights.sum(axis=1)
        return {
            "precision": quotient(hits, flags),
            "recall": quotient(hits, events),
            "specificity": 1 - quotient(flags - hits, rows - events),
            "f1": quotient(2 * hits, flags + events),
            "flagged": flags / rows,
        }

    return figures


def net_benefit_panel(scores: Vector, readmitted: Outcomes, risks: Sequence[float] = RISKS) -> Panel:
    """For each risk at which one would act: the net benefit of the scores, and of acting on everybody."""
    flagged = scores[:, None] >= np.asarray(risks)
    hits, falls = (flagged & readmitted[:, None]).astype(np.float64), (flagged & ~readmitted[:, None]).astype(np.float64)
    price = np.asarray(risks) / (1 - np.asarray(risks))

    def figures(weights: Weights) -> dict[str, Vector]:
        rows = weights.sum(axis=1)[:, None]
        model = (weights @ hits - price * (weights @ falls)) / rows
        rate = (weights @ readmitted)[:, None] / rows
        everybody = rate - price * (1 - rate)
        found = {}
        for number, risk in enumerate(risks):
            found[f"model_{risk:.2f}"] = model[:, number]
            found[f"everybody_{risk:.2f}"] = everybody[:, number]
            found[f"gain_{risk:.2f}"] = model[:, number] - np.maximum(everybody[:, number], 0.0)
        return found

    return figures


def threshold_of_best_f1(scores: Vector, readmitted: Outcomes) -> float:
    """The score from which on flagging gives the highest F1 on these rows (for a choice: out-of-fold training rows)."""
    ranking = Ranking.of(scores)
    events, others = ranking.counts(np.ones((1, len(scores))), readmitted)
    hits, flags = events[0].cumsum(), (events + others)[0].cumsum()
    return float(ranking.scores[np.argmax(2 * hits / (flags + readmitted.sum()))])


def threshold_of_share(scores: Vector, share: float) -> float:
    """The score from which on `share` of these rows are flagged."""
    return float(np.quantile(scores, 1 - share))
