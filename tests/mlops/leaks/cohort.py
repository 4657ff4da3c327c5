"""A small cohort with a clean pipeline, and the places where a leak can be planted in it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from mlops.leaks.bench import Encoding, Matrix, Outcomes, Run, SourceRows
from mlops.leaks.split import Side

LABEL, WITHIN, LATER, NEVER = "readmission", "within_30", "later", "none"
NAMES = ("severity", "clinic", "earlier_stays", "previous_severity", "noise")
PATIENTS = 3000
SEED = 3


def encounters(*, inverted: bool = True) -> pl.DataFrame:
    """Up to four stays a patient. In some the ids stand the wrong way round: a stay follows one that nothing follows."""
    random = np.random.default_rng(SEED)
    stays = random.choice([1, 2, 3, 4], size=PATIENTS, p=[0.6, 0.2, 0.1, 0.1])
    patient = np.repeat(np.arange(1, PATIENTS + 1), stays)
    rows = len(patient)
    last = np.append(patient[1:] != patient[:-1], True)
    severity = random.normal(size=rows).round(4)
    back = random.random(rows) < 1 / (1 + np.exp(2.2 - 0.6 * severity))
    label = np.where(last, NEVER, np.where(back, WITHIN, LATER))
    label[last & back] = WITHIN  # readmitted, and the readmission is not in the file
    if inverted:
        wrong = np.flatnonzero(~last & (random.random(rows) < 0.08))
        label[wrong], label[wrong + 1] = NEVER, np.where(random.random(len(wrong)) < 0.6, WITHIN, label[wrong + 1])
    order = random.permutation(rows)
    columns = {
        "encounter_id": np.arange(1, rows + 1), "patient_id": patient, "severity": severity,
        "clinic": random.integers(0, 12, size=rows), "noise": random.normal(size=rows).round(4), LABEL: label,
    }  # fmt: skip
    return pl.DataFrame({name: values[order] for name, values in columns.items()})


def in_histories(table: pl.DataFrame) -> pl.DataFrame:
    """A stay behind one that nothing follows begins a history of its own."""
    stays = table.with_row_index("row").sort("patient_id", "encounter_id")
    wrong = (pl.col(LABEL).shift(1).over("patient_id") == NEVER).fill_null(value=False)
    return stays.with_columns(wrong=wrong, history=(pl.col("patient_id").is_first_distinct() | wrong).cum_sum())


def build(table: pl.DataFrame) -> Matrix:
    """The clean way from encounters to features."""
    stays = in_histories(table).with_columns(
        earlier_stays=pl.int_range(pl.len()).over("history"), previous_severity=pl.col("severity").shift(1).over("history")
    )
    return matrix_of(stays)


def matrix_of(stays: pl.DataFrame) -> Matrix:
    return stays.sort("row").select(pl.col(name).cast(pl.Float64) for name in NAMES).to_numpy()


def out_of_fold(clinic: np.ndarray, patients: np.ndarray, readmitted: Outcomes) -> Matrix:
    """The rate of the clinic among the patients of the other folds."""
    encoded = np.empty((len(clinic), 1))
    for fold in range(5):
        inside = patients % 5 == fold
        encoded[inside, 0] = rates(clinic[~inside], readmitted[~inside])[clinic[inside]]
    return encoded


def rates(clinic: np.ndarray, readmitted: Outcomes) -> np.ndarray:
    return np.bincount(clinic, weights=readmitted, minlength=12) / np.maximum(np.bincount(clinic, minlength=12), 1)


def sides(table: pl.DataFrame, matrix: Matrix) -> tuple[Side, Side]:
    """A fifth of the patients held out."""
    patients = table["patient_id"].to_numpy()
    held_out = np.random.default_rng(SEED).permutation(PATIENTS + 1)[patients] % 5 == 0
    return tuple(side(table, matrix, rows) for rows in (~held_out, held_out))  # type: ignore[return-value]  # two of them


def side(table: pl.DataFrame, matrix: Matrix, rows: np.ndarray) -> Side:
    chosen = table.filter(rows) if rows.dtype == bool else table[rows]
    return Side(
        matrix[rows], (chosen[LABEL] == WITHIN).to_numpy(), chosen["patient_id"].to_numpy(), chosen["encounter_id"].to_numpy()
    )


def clean_run(*, names: Sequence[str] = NAMES) -> Run:
    table = encounters()
    training, held_out = sides(table, build(table))
    return Run(
        names=names,
        training=training,
        held_out=held_out,
        split_by_patient=True,
        source=SourceRows(
            table=table, label=LABEL, never=NEVER, neutral=LATER, readmitted=(table[LABEL] == WITHIN).to_numpy(), build=build
        ),
        encoding=clean_encoding(training, held_out),
        aucs={"boosted": 0.69},
    )


def clean_encoding(training: Side, held_out: Side) -> Encoding:
    clinic = training.matrix[:, NAMES.index("clinic")].astype(int)
    rows = len(clinic)
    return Encoding(
        fitted=lambda readmitted: [rates(clinic, readmitted[:rows]).tobytes()],
        out_of_fold=lambda readmitted: out_of_fold(clinic, training.patients, readmitted),
        readmitted=np.concatenate([training.readmitted, held_out.readmitted]),
        training_patients=training.patients,
        turned=np.arange(rows, rows + len(held_out.readmitted)),
    )
