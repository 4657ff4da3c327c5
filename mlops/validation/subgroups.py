"""The same figures in groups of patients: who they are, and for whom the model knows less.

A group with fewer than ten who came back, or fewer than ten who did not, is censored: an estimate from so few would be read
as a fact and could tell of single patients. Then only its size is told, and not even that below ten rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from clinical.code_lists import AGE_BANDS, Race, Sex
from clinical.encounter_table import EARLIER_STAYS
from mlops.evaluation import Outcomes, Vector, Weights
from mlops.evaluation.draws import Multiplicities, Panel, quotient
from mlops.evaluation.metrics import measured
from mlops.evaluation.ranking import auc_panel
from mlops.validation.result import Subgroup

FEWEST = 10
RULE = (
    f"A group with fewer than {FEWEST} who came back or fewer than {FEWEST} who did not is censored: no estimate is printed,"
    f" and its size only from {FEWEST} encounters on."
)
_AGES = {"under 40": AGE_BANDS[:4], "40 to 59": AGE_BANDS[4:6], "60 to 79": AGE_BANDS[6:8], "80 and over": AGE_BANDS[8:]}
_BANDS = {band: words for words, bands in _AGES.items() for band in bands}
RETURNING = "returning, with a stay before"
FIRST_IN_FILE, FIRST_KNOWN = "first in the file", "first known"


@dataclass(frozen=True)
class Group:
    """Some of the held-out rows."""

    factor: str
    name: str
    rows: npt.NDArray[np.intp]


def first_stays(whole: pl.DataFrame) -> pl.DataFrame:
    """For each encounter of a whole file, whether the patient has one with a lower number in it."""
    first = pl.col("encounter_id") == pl.col("encounter_id").min().over("patient_id")
    return whole.select("encounter_id", returning=~first)


def groups_of(table: pl.DataFrame, whole: pl.DataFrame | None = None) -> list[Group]:
    """The groups of `table`'s rows. Largest first, but ages by age.

    `whole` is the file they come from, whose numbers tell who was there before; without one, the table's own histories do.
    """
    returning, first = _returning(table, whole)
    factors: Mapping[str, list[str]] = {
        "race": [str(Race(value).label).lower() for value in table["race"]],
        "sex": [str(Sex(value).label).lower() for value in table["sex"]],
        "age": [_BANDS[band] for band in table["age_band"]],
        "payer": [code or "not recorded" for code in table["payer_code"]],
        "stays": [RETURNING if value else first for value in returning],
    }
    return [group for factor, names in factors.items() for group in _groups(factor, np.array(names))]


def _returning(table: pl.DataFrame, whole: pl.DataFrame | None) -> tuple[pl.Series, str]:
    """Who had a stay before, and what the others are called."""
    if whole is None:
        return table[EARLIER_STAYS] > 0, FIRST_KNOWN
    known = first_stays(whole)
    joined = table.select("encounter_id").join(known, on="encounter_id", how="left", maintain_order="left")
    return joined["returning"], FIRST_IN_FILE


def measured_in(
    group: Group, scores: Vector, readmitted: Outcomes, patients: npt.NDArray[np.int64], *, flagged: Outcomes,
    draws: Multiplicities,
) -> Subgroup:  # fmt: skip
    """A group's figures with their intervals, drawn with the patients of all rows; `flagged` by the one threshold of all."""
    rows = group.rows
    total, events, people = len(rows), int(readmitted[rows].sum()), len(np.unique(patients[rows]))
    if min(events, total - events) < FEWEST:
        shown = total >= FEWEST
        return Subgroup(group.factor, group.name, total if shown else None, people if shown else None, None)
    inside = readmitted[rows]
    order = auc_panel(scores[rows], inside)
    counted = _counted(scores[rows], inside, flagged[rows])

    def figures(weights: Weights) -> dict[str, Vector]:
        return {**order(weights), **counted(weights)}

    return Subgroup(group.factor, group.name, total, people, events, measured(figures, draws[:, rows]))


def _counted(scores: Vector, readmitted: Outcomes, flagged: Outcomes) -> Panel:
    columns = np.column_stack([readmitted, scores, flagged, flagged & readmitted]).astype(np.float64)

    def figures(weights: Weights) -> dict[str, Vector]:
        events, expected, flags, hits = (weights @ columns).T
        rows = weights.sum(axis=1)
        return {
            "rate": quotient(events, rows),
            "mean_score": quotient(expected, rows),
            "observed_by_expected": quotient(events, expected),
            "recall": quotient(hits, events),
            "false_alarms": quotient(flags - hits, rows - events),
            "precision": quotient(hits, flags),
            "flagged": quotient(flags, rows),
        }

    return figures


def _groups(factor: str, names: npt.NDArray[np.str_]) -> Iterator[Group]:
    found, sizes = np.unique(names, return_counts=True)
    by_age = list(_AGES)
    order = (
        sorted(found, key=by_age.index) if factor == "age" else [found[place] for place in np.argsort(-sizes, kind="stable")]
    )
    for name in order:
        yield Group(factor, str(name), np.flatnonzero(names == name))
