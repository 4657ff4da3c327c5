"""Drawing a cohort: patients one stay after another, each stay from the figures and from the stay before it.

The same number of encounters and the same seed give the same cohort on every machine.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from clinical.code_lists import DRUGS
from clinical.cohort.measuring import FIRST_STAYS, GROUPS, OF_THE_PATIENT, PLAN, Figures, figures
from clinical.cohort.outcome import LABELS, log_odds
from clinical.cohort.tables import Table
from clinical.diabetes130.calendar import DEATHS
from clinical.diabetes130.columns import RAW_COLUMNS, SYNTHETIC_NUMBERS_FROM
from clinical.diabetes130.draws import draw

LARGEST_COHORT = 1_000_000
SEEDS = 499  # each has a block of a million numbers of its own, so that two cohorts never share one
STAYS_FOR_A_PATIENT = 1.35  # a little below what the figures give, so that enough patients are begun
MOST_STAYS = 60


def generate(*, encounters: int, seed: int) -> pl.DataFrame:
    """Raw cells in the data set's columns, `encounters` rows in the order of their ids."""
    if not 1 <= encounters <= LARGEST_COHORT:
        msg = f"a cohort has from 1 to {LARGEST_COHORT:,} encounters"
        raise ValueError(msg)
    if not 0 <= seed < SEEDS:
        msg = f"a seed is a whole number from 0 to {SEEDS - 1}"
        raise ValueError(msg)
    first_number = SYNTHETIC_NUMBERS_FROM + seed * LARGEST_COHORT
    patients_count, stays = int(encounters / STAYS_FOR_A_PATIENT) + 1, pl.DataFrame()
    while stays.height < encounters:
        stays = _stays_of(_patients(patients_count, first_number=first_number))
        patients_count += patients_count // 10 + 1
    stays = stays.sort("patient_nbr", "stay").head(encounters)
    return _numbered(stays, first_number=first_number).select(RAW_COLUMNS)


def _patients(count: int, *, first_number: int) -> pl.DataFrame:
    patients = pl.DataFrame({"patient_nbr": np.arange(first_number, first_number + count, dtype=np.int64)})
    for column in OF_THE_PATIENT:
        patients = patients.with_columns(_drawn(figures().tables[column], patients, patients["patient_nbr"]))
        if column == "age":
            patients = patients.with_columns(age_group=GROUPS["age_group"])
    return patients


def _stays_of(patients: pl.DataFrame) -> pl.DataFrame:
    """Generation by generation: the first stays of all patients, the second stays of those who come again, and so on."""
    known = figures()
    generation = patients.with_columns(_drawn(known.tables[FIRST_STAYS], patients, patients["patient_nbr"]))
    generations = []
    for stay in range(MOST_STAYS):
        keys = generation["patient_nbr"] * MOST_STAYS + stay
        generation = _labelled(_with_attributes(generation, keys), keys, known).with_columns(stay=pl.lit(stay))
        generations.append(generation)
        comes_again = draw(keys, "comes again") < generation["readmitted"].replace_strict(known.followed).to_numpy()
        generation = _next_stays(generation.filter(pl.Series(comes_again)), patients.columns, known)
        if generation.is_empty():
            break
    return pl.concat(generations)


def _next_stays(stays: pl.DataFrame, kept: list[str], known: Figures) -> pl.DataFrame:
    before = stays.with_columns(label_before="readmitted", stays_before="stays_group")
    keys = before["patient_nbr"] * MOST_STAYS + before["stay"]
    return before.with_columns(_drawn(known.tables["number_inpatient"], before, keys)).select(*kept, "number_inpatient")


def _with_attributes(stays: pl.DataFrame, keys: pl.Series) -> pl.DataFrame:
    tables = figures().tables
    ready = set(stays.columns)
    for column, parents in PLAN:
        stays = stays.with_columns(**{name: GROUPS[name] for name in parents if name in GROUPS and name not in ready})
        ready.update(parents)
        stays = stays.with_columns(_drawn(tables[column], stays, keys))
        if column == "admission":
            parts = pl.col("admission").str.split("|")
            stays = stays.with_columns(admission_type_id=parts.list.get(0), admission_source_id=parts.list.get(1))
    listed = pl.col("number_diagnoses").cast(pl.Int64)
    return stays.with_columns(
        diag_2=pl.when(listed > 1).then("diag_2").otherwise(pl.lit("?")),
        diag_3=pl.when(listed > 2).then("diag_3").otherwise(pl.lit("?")),  # noqa: PLR2004  listed after two others
        diabetesMed=pl.when(pl.any_horizontal(*(pl.col(drug) != "No" for drug in DRUGS)))
        .then(pl.lit("Yes"))
        .otherwise(pl.lit("No")),
    )


def _labelled(stays: pl.DataFrame, keys: pl.Series, known: Figures) -> pl.DataFrame:
    odds = np.exp(log_odds(stays, known.coefficients))
    bounds = np.cumsum(odds / odds.sum(axis=1, keepdims=True), axis=1)
    place = np.minimum((draw(keys, "label")[:, None] >= bounds).sum(axis=1), len(LABELS) - 1)
    died = pl.col("discharge_disposition_id").is_in([str(code.value) for code in DEATHS])
    label = pl.Series(np.array(LABELS, dtype=object)[place].tolist(), dtype=pl.String)
    return stays.with_columns(readmitted=pl.when(died).then(pl.lit("NO")).otherwise(label))


def _numbered(stays: pl.DataFrame, *, first_number: int) -> pl.DataFrame:
    """Encounter ids in an order of time: patients begin at any moment, and their own stays follow each other."""
    begins = draw(stays["patient_nbr"], "begins")
    moment = begins + stays["stay"].to_numpy() / MOST_STAYS
    ordered = stays.with_columns(moment=pl.Series(moment)).sort("moment", "patient_nbr", "stay")
    numbers = pl.Series("encounter_id", np.arange(first_number, first_number + ordered.height, dtype=np.int64))
    return ordered.with_columns(numbers.cast(pl.String), pl.col("patient_nbr").cast(pl.String))


def _drawn(table: Table, frame: pl.DataFrame, keys: pl.Series) -> pl.Series:
    return table.draw(frame, keys, "cohort")
