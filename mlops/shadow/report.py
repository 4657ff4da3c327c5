"""Two models side by side on the same inputs: ranks, alert burden, bands, differences and, once ripe, outcomes.

Pure arithmetic over rows, one an encounter. What comes out are counts and shares, and never a patient: a ward with fewer
encounters than the censoring rule of the subgroups asks for shows nothing of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from mlops.evaluation import DRAWS, TOP_SHARE, Outcomes, Patients, Vector, patient_draws
from mlops.evaluation.calibration import calibration_panel
from mlops.evaluation.draws import Panel, Weights, as_they_are, over
from mlops.evaluation.metrics import joined
from mlops.evaluation.ranking import ranking_panel
from mlops.validation.subgroups import FEWEST
from predictions.bands import BandName

FEWEST_EVENTS = 30  # and as many who were not back: below that an interval says nothing
DISAGREEMENTS = (0.05, 0.1, 0.2)
FIGURES = ("auc", "recall_top_20", "calibration_slope", "calibration_in_the_large", "ece", "mean_score", "rate")
_DIGITS = 6
_BANDS = [band.value for band in BandName]
Report = dict[str, Any]


@dataclass(frozen=True)
class Rows:
    """What both models said of the same encounters, the newest inputs of each; position i is one encounter everywhere.

    `counts` marks the outcomes that may be counted: ripe, and unknown when the candidate was trained.
    """

    champion: Vector
    candidate: Vector
    champion_band: npt.NDArray[np.str_]
    candidate_band: npt.NDArray[np.str_]
    unit: npt.NDArray[np.int64]
    patient: Patients
    on_the_ward: Outcomes
    counts: Outcomes
    readmitted: Outcomes

    def __len__(self) -> int:
        return len(self.champion)


def report_of(
    rows: Rows, *, units: Mapping[int, str], first_ripe: datetime | None, share: float = TOP_SHARE, seed: int = 0,
    draws: int = DRAWS,
) -> Report:  # fmt: skip
    """The whole report as JSON. `first_ripe` is the earliest moment at which one more outcome can be counted."""
    found: Report = {
        "encounters": len(rows),
        "patients": len(np.unique(rows.patient)),
        "share": share,
        "fewest": FEWEST,
        "ranks": _ranks(rows, share),
        "difference": _difference(rows),
        "bands": _bands(rows),
        "wards": list(_wards(rows, units, share)),
        "outcomes": _outcomes(rows, first_ripe, seed=seed, draws=draws),
    }
    return {name: _plain(part) for name, part in found.items()}


def _ranks(rows: Rows, share: float) -> Report:
    return {
        "spearman": spearman(rows.champion, rows.candidate),
        "overlap": overlap_at_top(rows.champion, rows.candidate, share),
    }


def spearman(left: Vector, right: Vector) -> float | None:
    """Correlation of the ranks, equal scores sharing theirs; nothing where one side says the same of everybody."""
    if not len(left) or np.ptp(left) == 0 or np.ptp(right) == 0:
        return None
    return float(np.corrcoef(_shared_ranks(left), _shared_ranks(right))[0, 1])


def overlap_at_top(left: Vector, right: Vector, share: float) -> float | None:
    """Of those whom one list would hold, the share whom the other holds too."""
    if not len(left):
        return None
    length = capacity_of(len(left), share)
    return len(_top(left, length) & _top(right, length)) / length


def capacity_of(encounters: int, share: float) -> int:
    return math.ceil(round(share * encounters, _DIGITS))


def _top(scores: Vector, length: int) -> set[int]:
    return set(np.argsort(-scores, kind="stable")[:length].tolist())


def _shared_ranks(scores: Vector) -> Vector:
    _, place, size = np.unique(scores, return_inverse=True, return_counts=True)
    return np.asarray((size.cumsum() - (size - 1) / 2)[place], dtype=np.float64)


def _difference(rows: Rows) -> Report:
    higher = rows.candidate - rows.champion
    counted = [
        {"at_least": least, "higher": int((higher >= least).sum()), "lower": int((higher <= -least).sum())}
        for least in DISAGREEMENTS
    ]
    return {"mean": _mean(higher), "mean_absolute": _mean(np.abs(higher)), "largest": counted}


def _bands(rows: Rows) -> Report:
    """`table[i][j]`: encounters in band i of the champion and band j of the candidate."""
    table = [[int(((rows.champion_band == mine) & (rows.candidate_band == its)).sum()) for its in _BANDS] for mine in _BANDS]
    return {"names": _BANDS, "table": table, "changed": _mean((rows.champion_band != rows.candidate_band).astype(float))}


def _wards(rows: Rows, units: Mapping[int, str], share: float) -> Iterator[Report]:
    """A flag is a score of at least what the champion's highest `share` have, hospital-wide: one bar for both models."""
    bar = float(np.quantile(rows.champion, 1 - share)) if len(rows) else 1.0
    for unit_id, name in sorted(units.items(), key=lambda unit: unit[1]):
        here = np.flatnonzero(rows.unit == unit_id)
        if not len(here):
            continue
        shown = len(here) >= FEWEST
        champion, candidate = rows.champion[here], rows.candidate[here]
        yield {
            "unit_id": unit_id,
            "unit": name,
            "encounters": len(here) if shown else None,
            "overlap": overlap_at_top(champion, candidate, share) if shown else None,
            "today": _today(champion[rows.on_the_ward[here]], candidate[rows.on_the_ward[here]], share, bar),
        }


def _today(champion: Vector, candidate: Vector, share: float, bar: float) -> Report | None:
    if len(champion) < FEWEST:
        return None
    capacity = capacity_of(len(champion), share)
    return {
        "encounters": len(champion),
        "capacity": capacity,
        "champion_flagged": int((champion >= bar).sum()),
        "candidate_flagged": int((candidate >= bar).sum()),
        "same_on_list": len(_top(champion, capacity) & _top(candidate, capacity)),
    }


def _outcomes(rows: Rows, first_ripe: datetime | None, *, seed: int, draws: int) -> Report:
    readmitted, patients = rows.readmitted[rows.counts], rows.patient[rows.counts]
    events = int(readmitted.sum())
    found: Report = {
        "known": len(readmitted),
        "events": events if len(readmitted) >= FEWEST else None,
        "fewest_events": FEWEST_EVENTS,
        "next_ripe_on": first_ripe.date().isoformat() if first_ripe else None,
    }
    if min(events, len(readmitted) - events) < FEWEST_EVENTS:
        return {**found, "enough": False}
    drawn = patient_draws(patients, seed=seed, draws=draws)
    panels = [_figures(scores[rows.counts], readmitted) for scores in (rows.champion, rows.candidate)]
    champion, candidate = (as_they_are(panel, rows=len(readmitted)) for panel in panels)
    of_champion, of_candidate = (over(drawn, panel) for panel in panels)
    paired = {name: candidate[name] - champion[name] for name in champion}
    of_paired = {name: of_candidate[name] - of_champion[name] for name in champion}
    parts = {"champion": joined(champion, of_champion), "candidate": joined(candidate, of_candidate)}
    parts["paired"] = joined(paired, of_paired)
    as_json = {part: {name: figure.as_json() for name, figure in figures.items()} for part, figures in parts.items()}
    return {**found, "enough": True, **as_json}


def _figures(scores: Vector, readmitted: Outcomes) -> Panel:
    parts = (ranking_panel(scores, readmitted, (TOP_SHARE,)), calibration_panel(scores, readmitted))

    def figures(weights: Weights) -> dict[str, Vector]:
        found = {name: values for part in parts for name, values in part(weights).items()}
        return {name: found[name] for name in FIGURES}

    return figures


def _mean(values: Vector) -> float | None:
    return float(values.mean()) if len(values) else None


def _plain(value: Any) -> Any:
    """As it is stored and sealed: rounded, so that it reads back as what was hashed; nothing where there is no number."""
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(part) for part in value]
    if isinstance(value, float):
        return round(value, _DIGITS) + 0.0 if math.isfinite(value) else None
    return value
