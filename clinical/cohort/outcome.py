"""Who comes back: the log odds of each label from the drivers that are known to matter, linear in each.

The coefficients are fitted to the data set once, by `measuring`, and are part of the cohort's figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from clinical.cohort import groups

LABELS = ("<30", ">30", "NO")
INTERCEPT, CENTRE = "intercept", "centre"
# Drawn stays hang together less than real ones, so the same coefficients would tell them apart less well than real ones.
# Measured: with 1.25 a model finds about as much in 20,000 drawn stays as in as many real ones (docs/data.md).
STEEPNESS = 1.25
UNDER_AGE = 40
_SCALES = {
    "number_inpatient": (8, 1), "number_emergency": (5, 1), "number_outpatient": (5, 1), "time_in_hospital": (14, 10),
    "number_diagnoses": (9, 5), "num_medications": (40, 20), "num_lab_procedures": (100, 50), "num_procedures": (6, 5),
}  # fmt: skip
_WORDS = {
    "diagnosis": (groups.diagnosis_group(), (
        "circulatory", "respiratory", "digestive", "diabetes", "injury", "musculoskeletal", "genitourinary", "neoplasms")),
    "disposition": (groups.disposition_group(), ("no return", "facility", "home care", "against advice")),
    "insulin": (pl.col("insulin"), ("Up", "Down", "Steady")),
    "payer": (pl.col("payer_code"), ("?", "MC", "MD", "HM", "SP", "BC")),
    "specialty": (pl.col("medical_specialty"), (
        "?", "InternalMedicine", "Cardiology", "Surgery-General", "Nephrology", "Family/GeneralPractice",
        "Emergency/Trauma", "Orthopedics", "Psychiatry")),
    "race": (pl.col("race"), ("Caucasian", "AfricanAmerican", "?")),
}  # fmt: skip


def drivers(raw: pl.DataFrame) -> pl.DataFrame:
    """The drivers as numbers, one row a stay, from raw cells."""
    low_age = pl.col("age").str.extract(r"([0-9]+)").cast(pl.Float64)
    return raw.select(
        *(_scaled(column, cap, scale) for column, (cap, scale) in _SCALES.items()),
        (pl.col("number_inpatient") == "0").cast(pl.Float64).alias("no earlier stay"),
        (low_age / 50).alias("age"),
        (low_age < UNDER_AGE).cast(pl.Float64).alias("age under 40"),
        (pl.col("A1Cresult") != "None").cast(pl.Float64).alias("A1C measured"),
        (pl.col("diabetesMed") == "Yes").cast(pl.Float64).alias("diabetes drug"),
        (pl.col("change") == "Ch").cast(pl.Float64).alias("drugs changed"),
        (pl.col("metformin") != "No").cast(pl.Float64).alias("metformin"),
        (pl.col("admission_source_id") == "7").cast(pl.Float64).alias("from the emergency room"),
        (pl.col("admission_type_id") == "3").cast(pl.Float64).alias("elective"),
        *(
            (word == value).cast(pl.Float64).alias(f"{name} {value}")
            for name, (word, values) in _WORDS.items()
            for value in values
        ),
    )


def log_odds(raw: pl.DataFrame, coefficients: Mapping[str, Sequence[float]]) -> npt.NDArray[np.float64]:
    """One column for each of LABELS: the fitted ones, drawn apart from their centre."""
    numbers = drivers(raw)
    weights = np.array([coefficients[name] for name in numbers.columns])
    fitted = numbers.to_numpy() @ weights + np.array(coefficients[INTERCEPT])
    centre = np.array(coefficients[CENTRE])
    return np.asarray(centre + STEEPNESS * (fitted - centre), dtype=np.float64)


def _scaled(column: str, cap: int, scale: int) -> pl.Expr:
    return (pl.min_horizontal(pl.col(column).cast(pl.Float64), cap) / scale).alias(column)
