"""How good scores are, on patients that the model has not seen: pure arithmetic over scores, outcomes and patients.

Intervals are 95 % percentile bootstraps that draw patients, not rows, because a patient's stays are alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

Vector: TypeAlias = npt.NDArray[np.float64]
Outcomes: TypeAlias = npt.NDArray[np.bool_]
Patients: TypeAlias = npt.NDArray[np.int64]

DRAWS = 500
TOP_SHARE = 0.2
_CALIBRATION_BINS = 10


@dataclass(frozen=True)
class Metric:
    """A figure, with its 95 % interval where one was drawn."""

    value: float
    low: float | None = None
    high: float | None = None

    def as_json(self) -> dict[str, float | None]:
        return asdict(self)


Metrics: TypeAlias = Mapping[str, Metric]


def evaluate(scores: Vector, readmitted: Outcomes, patients: Patients, *, seed: int, draws: int = DRAWS) -> dict[str, Metric]:
    """Every figure of a model on held-out rows; the interval is drawn for those that are quoted."""
    slope, in_the_large = calibration_line(scores, readmitted)
    return {
        "auc": with_interval(auc, scores, readmitted, patients, seed=seed, draws=draws),
        "auprc": Metric(float(average_precision_score(readmitted, scores))),
        "brier": Metric(float(brier_score_loss(readmitted, scores))),
        "brier_skill": Metric(brier_skill(scores, readmitted)),
        "log_loss": Metric(float(log_loss(readmitted, scores))),
        "ece": Metric(expected_calibration_error(scores, readmitted)),
        "calibration_slope": Metric(slope),
        "calibration_in_the_large": Metric(in_the_large),
        "recall_top_20": Metric(recall_at_top(scores, readmitted)),
        "ppv_top_20": Metric(ppv_at_top(scores, readmitted)),
        "rate": Metric(float(readmitted.mean())),
        "mean_score": Metric(float(scores.mean())),
    }


def as_json(metrics: Metrics) -> dict[str, Any]:
    return {name: metric.as_json() for name, metric in metrics.items()}


def auc(scores: Vector, readmitted: Outcomes) -> float:
    return float(roc_auc_score(readmitted, scores))


def brier_skill(scores: Vector, readmitted: Outcomes) -> float:
    """How much of the error of "everybody has the average risk" is gone."""
    rate = readmitted.mean()
    return float(1 - brier_score_loss(readmitted, scores) / (rate * (1 - rate)))


def expected_calibration_error(scores: Vector, readmitted: Outcomes) -> float:
    """Mean distance of score and observed rate over ten bins with equally many rows."""
    bins = np.array_split(np.argsort(scores, kind="stable"), _CALIBRATION_BINS)
    return float(sum(len(rows) * abs(scores[rows].mean() - readmitted[rows].mean()) for rows in bins) / len(scores))


def calibration_line(scores: Vector, readmitted: Outcomes) -> tuple[float, float]:
    """Slope of the outcome on the log-odds (1 is right), and the observed less the expected log-odds (0 is right)."""
    log_odds = np.log(scores / (1 - scores))
    line = LogisticRegression(C=np.inf).fit(log_odds[:, None], readmitted)
    rate, expected = readmitted.mean(), scores.mean()
    return float(line.coef_[0, 0]), float(np.log(rate / (1 - rate)) - np.log(expected / (1 - expected)))


def recall_at_top(scores: Vector, readmitted: Outcomes, share: float = TOP_SHARE) -> float:
    """Of those who came back, the share among the highest scores."""
    return float(readmitted[_top(scores, share)].sum() / readmitted.sum())


def ppv_at_top(scores: Vector, readmitted: Outcomes, share: float = TOP_SHARE) -> float:
    """Of the highest scores, the share who came back."""
    return float(readmitted[_top(scores, share)].mean())


def with_interval(
    figure: Callable[[Vector, Outcomes], float], scores: Vector, readmitted: Outcomes, patients: Patients, *, seed: int,
    draws: int = DRAWS,
) -> Metric:  # fmt: skip
    drawn = [figure(scores[rows], readmitted[rows]) for rows in _draws(patients, seed=seed, draws=draws)]
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Metric(figure(scores, readmitted), float(low), float(high))


def _draws(patients: Patients, *, seed: int, draws: int) -> Iterator[npt.NDArray[np.intp]]:
    """Rows of as many patients as there are, drawn with replacement."""
    random = np.random.default_rng(seed)
    order = np.argsort(patients, kind="stable")
    _, first, count = np.unique(patients[order], return_index=True, return_counts=True)
    for _ in range(draws):
        drawn = random.integers(len(first), size=len(first))
        lengths = count[drawn]
        within = np.arange(lengths.sum()) - np.repeat(lengths.cumsum() - lengths, lengths)
        yield order[np.repeat(first[drawn], lengths) + within]


def _top(scores: Vector, share: float) -> npt.NDArray[np.intp]:
    return np.argsort(-scores, kind="stable")[: round(share * len(scores))]
