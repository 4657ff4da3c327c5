"""Measuring the data set once: the shares and coefficients that the synthetic cohort is drawn from, and nothing else of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from clinical.code_lists import DRUGS
from clinical.cohort import groups
from clinical.cohort.outcome import CENTRE, INTERCEPT, LABELS, drivers
from clinical.cohort.tables import Table

FIGURES = Path(__file__).with_name("figures.json")
FIRST_STAYS = "number_inpatient, first stay"
_INSULIN = (("insulin", ("A1Cresult", "diabetes_admission")),)
# each column with the columns or groups it depends on, in the order of drawing
PLAN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("admission", ("age_group",)),
    ("medical_specialty", ("admission_type_id",)),
    ("number_emergency", ("stays_group",)),
    ("number_outpatient", ("stays_group",)),
    ("diag_1", ("age_group", "elective")),
    ("number_diagnoses", ("age_group", "diagnosis_group")),
    ("diag_2", ("diagnosis_group",)),
    ("diag_3", ("diagnosis_group",)),
    ("time_in_hospital", ("diagnosis_group", "age_group")),
    ("discharge_disposition_id", ("age_group", "length_group")),
    ("num_procedures", ("diagnosis_group", "length_group")),
    ("num_medications", ("length_group", "operated")),
    ("num_lab_procedures", ("length_group", "emergency_room")),
    ("max_glu_serum", ("admission_type_id",)),
    ("A1Cresult", ("age_group", "diabetes_admission")),
    *_INSULIN,
    ("metformin", ("insulin", "age_group")),
    *((drug, ("insulin_given",)) for drug in DRUGS if drug not in {"insulin", "metformin"}),
    ("change", ("dose_changed", "drugs_group")),
)
OF_THE_PATIENT = ("age", "race", "gender", "weight", "payer_code")
GROUPS: Mapping[str, pl.Expr] = {
    "age_group": groups.age_group(),
    "elective": groups.is_yes(pl.col("admission_type_id") == "3"),
    "emergency_room": groups.is_yes(pl.col("admission_source_id") == "7"),
    "stays_group": groups.stays_group(),
    "diagnosis_group": groups.diagnosis_group(),
    "diabetes_admission": groups.is_yes(groups.diagnosis_group() == "diabetes"),
    "length_group": groups.length_group(),
    "operated": groups.is_yes(pl.col("num_procedures") != "0"),
    "insulin_given": groups.is_yes(pl.col("insulin") != "No"),
    "dose_changed": groups.any_dose_changed(),
    "drugs_group": groups.drugs_group(),
}


@dataclass(frozen=True)
class Figures:
    """All that the generator knows of the data set."""

    tables: Mapping[str, Table]
    followed: Mapping[str, float]
    coefficients: Mapping[str, Sequence[float]]


@cache
def figures() -> Figures:
    """Those shipped with the program."""
    kept = json.loads(FIGURES.read_text(encoding="utf-8"))
    tables = {name: Table(entry["column"], tuple(entry["parents"]), entry["cells"]) for name, entry in kept["tables"].items()}
    return Figures(tables, kept["followed"], kept["coefficients"])


def measure(raw: pl.DataFrame) -> Figures:
    """From the raw cells of the data set, in any order."""
    stays = raw.with_columns(admission=pl.concat_str("admission_type_id", "admission_source_id", separator="|"))
    stays = stays.with_columns(**GROUPS)
    first, later = _first_and_later(stays)
    tables = {
        column: Table.measure(first, column, ("age_group",) if column == "payer_code" else ()) for column in OF_THE_PATIENT
    }
    tables[FIRST_STAYS] = Table.measure(first, "number_inpatient", ("age_group",))
    tables["number_inpatient"] = Table.measure(later, "number_inpatient", ("label_before", "stays_before"))
    for column, parents in PLAN:
        known = stays.filter(pl.col(column) != "?") if column in {"diag_1", "diag_2", "diag_3"} else stays
        tables[column] = Table.measure(known, column, parents)
    return Figures(tables, _followed(stays), _fit(raw))


def save(measured: Figures) -> None:
    """Replace the figures shipped with the program."""
    kept = {
        "tables": {
            name: {"column": table.column, "parents": table.parents, "cells": table.cells}
            for name, table in measured.tables.items()
        },
        "followed": measured.followed,
        "coefficients": measured.coefficients,
    }
    FIGURES.write_text(json.dumps(kept, indent=0, sort_keys=True) + "\n", encoding="utf-8")


def _first_and_later(stays: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    ordered = stays.sort("patient_nbr", pl.col("readmitted") == "NO", pl.col("encounter_id").cast(pl.Int64))
    before = ordered.with_columns(
        label_before=pl.col("readmitted").shift(1).over("patient_nbr"),
        stays_before=pl.col("stays_group").shift(1).over("patient_nbr"),
    )
    is_later = pl.col("label_before").is_not_null()
    # a stay after a readmission label was preceded by a stay within the year, or the two are out of order
    in_order = (pl.col("label_before") != "<30") | (pl.col("number_inpatient") != "0")
    return before.filter(~is_later), before.filter(is_later & in_order)


def _followed(stays: pl.DataFrame) -> dict[str, float]:
    """How often a stay with each label is followed by another stay of the patient in the file."""
    ordered = stays.sort("patient_nbr", pl.col("readmitted") == "NO", pl.col("encounter_id").cast(pl.Int64))
    is_followed = pl.col("patient_nbr").shift(-1).eq_missing(pl.col("patient_nbr"))
    shares = ordered.with_columns(is_followed=is_followed).group_by("readmitted").agg(pl.col("is_followed").mean())
    return {label: round(share, 6) if label != "NO" else 0.0 for label, share in sorted(shares.iter_rows())}


def _fit(raw: pl.DataFrame) -> dict[str, list[float]]:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  seconds to load, used by whoever measures anew

    numbers = drivers(raw)
    model = LogisticRegression(max_iter=500).fit(numbers.to_numpy(), raw["readmitted"].to_list())
    order = [list(model.classes_).index(label) for label in LABELS]
    fitted = {name: model.coef_[order, place] for place, name in enumerate(numbers.columns)}
    fitted[INTERCEPT] = model.intercept_[order]
    fitted[CENTRE] = model.decision_function(numbers.to_numpy())[:, order].mean(axis=0)
    return {name: [round(float(value), 5) for value in values] for name, values in fitted.items()}
