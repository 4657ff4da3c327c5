"""Later encounters in the history, and the signature of rows that were chosen by their label.

Both checks are metamorphic. They take `build`: a table of encounters with their labels -> the features of its rows, which is
the whole way from the file to the matrix, with its history and its cleaning.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from mlops.leaks.verdict import Verdict
from predictions.intervals import wilson_95

FUTURE = "future_encounters_in_history"
SIGNATURE = "label_signature"
HIGHEST_RATE_OF_A_PATTERN = 0.30
_FEWEST_OF_A_PATTERN = 30
_TRIED_PATIENTS = 4_000
_SHOWN = 3

Matrix = npt.NDArray[np.float64]
Outcomes = npt.NDArray[np.bool_]
Build = Callable[[pl.DataFrame], Matrix]


def future_encounters_in_history(build: Build, table: pl.DataFrame, names: Sequence[str]) -> Verdict:
    """Without a patient's last stay, and again with the first one alone, the rows that are left have to stay what they were."""
    stays = _of_several_stays(table)
    whole = build(stays)
    changed = np.zeros(len(names), dtype=bool)
    rows = 0
    number, last = pl.col("encounter_id"), pl.col("encounter_id").max().over("patient_id")
    for kept in (number < last, number == pl.col("encounter_id").min().over("patient_id")):
        mask = stays.select(kept).to_series().to_numpy()
        different = ~_same(whole[mask], build(stays.filter(mask)))
        changed |= different.any(axis=0)
        rows += int(different.any(axis=1).sum())
    return Verdict(
        FUTURE,
        "Taking away a patient's later encounters changes no feature of the earlier ones.",
        rows == 0,
        f"{stays['patient_id'].n_unique():,} patients with several stays, without the last and with the first alone: {rows:,}"
        f" rows changed{_named(changed, names)}.",
    )


def label_signature(build: Build, table: pl.DataFrame, names: Sequence[str], *, label: str, neutral: object) -> Verdict:
    """Rows that a cleaning chose by labels have to be what they would be if they were alone in the file: true first stays.

    `neutral`: a label that chooses no row. What then differs from the features with the labels as they are was chosen by them.
    """
    stays = _of_several_stays(table, most=None)
    as_they_are = build(stays)
    blind = build(stays.with_columns(pl.lit(neutral, dtype=stays.schema[label]).alias(label)))
    chosen = np.flatnonzero(~_same(as_they_are, blind).all(axis=1))
    alone = _alone(build, stays, chosen) if chosen.size else as_they_are[:0]
    different = ~_same(as_they_are[chosen], alone)
    told_apart = int(different.any(axis=1).sum())
    return Verdict(
        SIGNATURE,
        "A row whose history was taken away because of a label is exactly what a first encounter is, in every feature.",
        told_apart == 0,
        f"{chosen.size:,} rows change with the labels; {told_apart:,} of them can be told from a first encounter"
        f"{_named(different.any(axis=0), names)}.",
    )


def missingness_signature(matrix: Matrix, readmitted: Outcomes, names: Sequence[str]) -> Verdict:
    """The same bug seen from outside: a pattern of missing values that hardly anybody but the readmitted carries."""
    missing = np.isnan(matrix)
    patterns, place = np.unique(np.packbits(missing, axis=1), axis=0, return_inverse=True)
    place = place.reshape(-1)
    sizes, events = np.bincount(place), np.bincount(place, weights=readmitted).astype(int)
    lows = np.array(
        [
            wilson_95(int(came_back), int(size))[0] if size >= _FEWEST_OF_A_PATTERN else 0.0
            for came_back, size in zip(events, sizes, strict=True)
        ]
    )
    worst = int(np.argmax(lows))
    passed = bool(lows[worst] <= HIGHEST_RATE_OF_A_PATTERN)
    first = int(np.flatnonzero(place == worst)[0])
    return Verdict(
        "missingness_signature",
        f"No pattern of missing values has a rate of readmission that is surely above {HIGHEST_RATE_OF_A_PATTERN:.0%}.",
        passed,
        f"{len(patterns):,} patterns; the highest lower end of a rate is {lows[worst]:.1%}, in {sizes[worst]:,} rows"
        f"{'' if passed else _named(missing[first], names)}.",
    )


def _of_several_stays(table: pl.DataFrame, most: int | None = _TRIED_PATIENTS) -> pl.DataFrame:
    stays = table.filter(pl.len().over("patient_id") > 1)
    if most is None:
        return stays
    chosen = stays["patient_id"].unique(maintain_order=True).head(most)
    return stays.filter(pl.col("patient_id").is_in(chosen.implode()))


def _alone(build: Build, stays: pl.DataFrame, rows: npt.NDArray[np.intp]) -> Matrix:
    """The features of rows as if no other encounter of their patient were there: each becomes a patient of its own."""
    apart = stays[rows].with_columns(patient_id=-pl.int_range(1, len(rows) + 1, dtype=stays.schema["patient_id"]))
    return build(apart)


def _same(one: Matrix, other: Matrix) -> npt.NDArray[np.bool_]:
    return np.asarray((one == other) | (np.isnan(one) & np.isnan(other)))


def _named(marked: npt.NDArray[np.bool_], names: Sequence[str]) -> str:
    found = [names[place] for place in np.flatnonzero(marked)]
    if not found:
        return ""
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return f" (in {', '.join(found[:_SHOWN])}{more})"
