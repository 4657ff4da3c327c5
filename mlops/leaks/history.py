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
IMPOSSIBLE = "impossible_history"
MISSINGNESS = "missingness_signature"
HIGHEST_TIMES_THE_RATE = 2.5  # of the published file no pattern is surely above 1.5 times; the bug gave 3.8
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
    """`neutral`: a label that chooses no row. What then differs from the features with the labels as they are was chosen by
    them, and has to be what the same stay is, labels unseen, where the patient's first stays are not in the file.
    """
    stays = _of_several_stays(table, most=None)
    as_they_are, blind = build(stays), build(_with_label(stays, label, neutral))
    chosen = np.asarray(~_same(as_they_are, blind).all(axis=1))
    concerned = stays["patient_id"].is_in(stays.filter(chosen)["patient_id"].unique().implode()).to_numpy()
    stays, as_they_are, chosen = stays.filter(concerned), as_they_are[concerned], chosen[concerned]
    different = _differs_from_every_shorter_history(build, _with_label(stays, label, neutral), as_they_are)[chosen]
    told_apart = int(different.any(axis=1).sum())
    return Verdict(
        SIGNATURE,
        "A row whose history a label took away or cut is exactly what it is where those stays are not in the file: in every"
        " feature a true first encounter, or a later one of that shorter history.",
        told_apart == 0,
        f"{int(chosen.sum()):,} rows change with the labels; {told_apart:,} of them can be told from rows that no label chose"
        f"{_named(np.asarray(different.any(axis=0)), names)}.",
    )


def impossible_history(
    build: Build, table: pl.DataFrame, names: Sequence[str], *, label: str, never: object, neutral: object
) -> Verdict:
    """`never`: the label that says that no stay followed. A stay that follows it all the same stands in the wrong order."""
    stays = _of_several_stays(table, most=None)
    order = stays.with_row_index("row").sort("patient_id", "encounter_id")
    order = order.with_columns(wrong=pl.col(label).shift(1).over("patient_id").eq(pl.lit(never)).fill_null(value=False))
    begins = pl.col("patient_id").is_first_distinct() | pl.col("wrong")
    cut = _with_label(order.with_columns(patient_id=begins.cum_sum().cast(pl.Int64)).sort("row"), label, neutral)
    rows = np.flatnonzero(cut["wrong"].to_numpy())
    found, blind = build(stays)[rows], build(_with_label(stays, label, neutral))[rows]
    without = build(cut.drop("row", "wrong"))[rows]
    told = _same(found, blind) & ~_same(found, without)
    count = int(told.any(axis=1).sum())
    return Verdict(
        IMPOSSIBLE,
        "A stay that stands behind one labelled as never followed has no history: its order is wrong, and what looks like the"
        " past may be the readmission itself.",
        count == 0,
        f"{rows.size:,} such rows; {count:,} have a history{_named(np.asarray(told.any(axis=0)), names)}.",
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
    times = float(lows[worst] / readmitted.mean())
    first = int(np.flatnonzero(place == worst)[0])
    return Verdict(
        MISSINGNESS,
        f"No pattern of missing values has surely more than {HIGHEST_TIMES_THE_RATE:g} times the rate of readmission of all.",
        times <= HIGHEST_TIMES_THE_RATE,
        f"{len(patterns):,} patterns; the strongest is surely at {times:.2f} times the rate of all, in {sizes[worst]:,} rows"
        f"{_named(missing[first], names) if times > HIGHEST_TIMES_THE_RATE else ''}.",
    )


def _of_several_stays(table: pl.DataFrame, most: int | None = _TRIED_PATIENTS) -> pl.DataFrame:
    stays = table.filter(pl.len().over("patient_id") > 1)
    if most is None:
        return stays
    chosen = stays["patient_id"].unique(maintain_order=True).head(most)
    return stays.filter(pl.col("patient_id").is_in(chosen.implode()))


def _with_label(stays: pl.DataFrame, label: str, value: object) -> pl.DataFrame:
    return stays.with_columns(pl.lit(value, dtype=stays.schema[label]).alias(label))


def _differs_from_every_shorter_history(build: Build, stays: pl.DataFrame, matrix: Matrix) -> npt.NDArray[np.bool_]:
    """Where a row is like none of its likenesses with the patient's first stay left out, the first two, and so on."""
    place = stays.select(pl.col("encounter_id").rank("ordinal").over("patient_id")).to_series().to_numpy()
    nearest = np.ones_like(matrix, dtype=bool)
    for left_out in range(1, int(place.max(initial=0))):
        rows = np.flatnonzero(place > left_out)
        different = ~_same(matrix[rows], build(stays[rows]))
        closer = different.sum(axis=1) < nearest[rows].sum(axis=1)
        nearest[rows[closer]] = different[closer]
    return nearest


def _same(one: Matrix, other: Matrix) -> npt.NDArray[np.bool_]:
    return np.asarray((one == other) | (np.isnan(one) & np.isnan(other)))


def _named(marked: npt.NDArray[np.bool_], names: Sequence[str]) -> str:
    found = [name for name, is_marked in zip(names, marked, strict=True) if is_marked]
    if not found:
        return ""
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return f" (in {', '.join(found[:_SHOWN])}{more})"
