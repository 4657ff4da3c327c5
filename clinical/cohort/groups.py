"""The coarse groups that the cohort's figures are measured in, as columns of words over the raw cells of the data set."""

# ruff: noqa: PLR2004  the limits of the groups are in the words beside them

from __future__ import annotations

import polars as pl

from clinical.code_lists import DISPOSITIONS_WITHOUT_RETURN, DRUGS

# the nine groups of the primary diagnosis in Strack et al. 2014, by ICD-9 category
_DIAGNOSES = {
    "circulatory": ((390, 459), (785, 785)), "respiratory": ((460, 519), (786, 786)), "digestive": ((520, 579), (787, 787)),
    "diabetes": ((250, 250),), "injury": ((800, 999),), "musculoskeletal": ((710, 739),),
    "genitourinary": ((580, 629), (788, 788)), "neoplasms": ((140, 239),),
}  # fmt: skip
_FACILITIES = (2, 3, 4, 5, 9, 10, 12, 15, 22, 23, 24, 27, 28, 29, 30)
_HOME_CARE = (6, 8)
_AGAINST_ADVICE = 7


def age_group() -> pl.Expr:
    """Young, middle or old."""
    low = pl.col("age").str.extract(r"([0-9]+)").cast(pl.Int64)
    return pl.when(low < 40).then(pl.lit("young")).when(low < 70).then(pl.lit("middle")).otherwise(pl.lit("old"))


def diagnosis_group(column: str = "diag_1") -> pl.Expr:
    """The group of a diagnosis; V and E codes and none at all are other."""
    category = pl.col(column).str.extract(r"^([0-9]{1,3})").cast(pl.Int64)
    group = pl.lit("other")
    for name, ranges in _DIAGNOSES.items():
        inside = pl.any_horizontal(*(category.is_between(low, high) for low, high in ranges))
        group = pl.when(inside).then(pl.lit(name)).otherwise(group)
    return group


def stays_group() -> pl.Expr:
    """Inpatient stays in the year before, five and more as one."""
    return pl.min_horizontal(pl.col("number_inpatient").cast(pl.Int64), 5).cast(pl.String)


def length_group() -> pl.Expr:
    """Days of stay, in four groups."""
    days = pl.col("time_in_hospital").cast(pl.Int64)
    return (
        pl.when(days <= 2).then(pl.lit("1-2")).when(days <= 4).then(pl.lit("3-4")).when(days <= 7).then(pl.lit("5-7"))
        .otherwise(pl.lit("8-14"))
    )  # fmt: skip


def disposition_group() -> pl.Expr:
    """Where the stay ended, as far as it matters for coming back."""
    code = pl.col("discharge_disposition_id").cast(pl.Int64)
    return (
        pl.when(code.is_in(list(DISPOSITIONS_WITHOUT_RETURN))).then(pl.lit("no return"))
        .when(code.is_in(_FACILITIES)).then(pl.lit("facility"))
        .when(code.is_in(_HOME_CARE)).then(pl.lit("home care"))
        .when(code == _AGAINST_ADVICE).then(pl.lit("against advice"))
        .otherwise(pl.lit("home"))
    )  # fmt: skip


def is_yes(condition: pl.Expr) -> pl.Expr:
    """A condition as a word."""
    return pl.when(condition).then(pl.lit("yes")).otherwise(pl.lit("no"))


def any_dose_changed() -> pl.Expr:
    """Whether a drug went up or down."""
    return is_yes(pl.any_horizontal(*(pl.col(drug).is_in(["Up", "Down"]) for drug in DRUGS)))


def drugs_group() -> pl.Expr:
    """Number of diabetes drugs, three and more as one."""
    count = pl.sum_horizontal(*((pl.col(drug) != "No").cast(pl.Int64) for drug in DRUGS))
    return pl.min_horizontal(count, 3).cast(pl.String)
