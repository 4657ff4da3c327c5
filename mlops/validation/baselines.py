"""What published work fits to this data set, on the same rows: 44 columns as they stand in the file, no history, no encoding.

`reference` has the settings that this product was first described with: boosted trees of depth 3, rate 0.1, 200 of them,
and every readmission counted eight times, so that its scores are eight times too high in odds. `logistic` is a logistic
regression on the same 44 columns, codes and drugs one-hot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import polars as pl
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from clinical.code_lists import AGE_BANDS, A1cResult, DrugChange, GlucoseResult, Race, Sex
from clinical.encounter_table import COUNTS, DRUG_COLUMNS, NOT_PRESCRIBED
from mlops.evaluation import Vector
from predictions.engines.base import Labels, Matrix
from predictions.engines.boosted import BoostedParameters, BoostedTrees

REFERENCE = BoostedParameters(
    trees=200, max_depth=3, learning_rate=0.1, scale_pos_weight=8.0, min_child_weight=1.0, colsample_bytree=1.0, subsample=1.0,
    reg_lambda=1.0,
)  # fmt: skip
_CODES = ("admission_type", "discharge_disposition", "admission_source")
_DIAGNOSES = ("diagnosis_1", "diagnosis_2", "diagnosis_3")
_DOSES = {NOT_PRESCRIBED: 0, str(DrugChange.DOWN): 1, str(DrugChange.STEADY): 2, str(DrugChange.UP): 3}
_A1C = {str(A1cResult.NOT_MEASURED): 0, str(A1cResult.NORMAL): 1, str(A1cResult.OVER_7): 2, str(A1cResult.OVER_8): 3}
_GLUCOSE = {
    str(GlucoseResult.NOT_MEASURED): 0, str(GlucoseResult.NORMAL): 1, str(GlucoseResult.OVER_200): 2,
    str(GlucoseResult.OVER_300): 3,
}  # fmt: skip
_RACES = {
    str(Race.NOT_RECORDED): 0, str(Race.AFRICAN_AMERICAN): 1, str(Race.ASIAN): 2, str(Race.CAUCASIAN): 3,
    str(Race.HISPANIC): 4, str(Race.OTHER): 5,
}  # fmt: skip
_SEXES = {str(Sex.FEMALE): 0, str(Sex.MALE): 1, str(Sex.UNKNOWN): 2}
_AGES = {band: 10 * place + 5 for place, band in enumerate(AGE_BANDS)}
# Strack's nine groups of the ICD-9: number, first and last category, and the symptom that belongs to it
_GROUPS = (
    (1, 390, 459, 785), (2, 460, 519, 786), (3, 520, 579, 787), (4, 250, 250, None), (5, 800, 999, None),
    (6, 710, 739, None), (7, 580, 629, 788), (8, 140, 239, None),
)  # fmt: skip
_OTHER = 0


def columns(table: pl.DataFrame) -> pl.DataFrame:
    """The 44: the raw predictors without weight, payer and specialty."""
    coded: Mapping[str, Mapping[str, int]] = {
        "age_band": _AGES, "sex": _SEXES, "race": _RACES, "a1c_result": _A1C, "max_glucose_serum": _GLUCOSE,
    }  # fmt: skip
    return table.select(
        *COUNTS,
        *_CODES,
        *(_code(column, codes) for column, codes in coded.items()),
        *(pl.col(flag).cast(pl.Int64) for flag in ("any_drug_changed", "on_diabetes_medication")),
        *(_code(column, _DOSES) for column in DRUG_COLUMNS.values()),
        *(_group(column) for column in _DIAGNOSES),
    )


def reference(learn: pl.DataFrame, readmitted: Labels, judge: pl.DataFrame, *, seed: int) -> Vector:
    """Scores of the reference settings, as they come: weighted, not calibrated."""
    train, held_out = _matrix(columns(learn)), _matrix(columns(judge))
    numbers = (False,) * train.shape[1]
    log_odds = BoostedTrees(REFERENCE).fit(train, readmitted, categories=numbers, seed=seed).log_odds(held_out)
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def logistic(learn: pl.DataFrame, readmitted: Labels, judge: pl.DataFrame, *, seed: int) -> Vector:
    """Probabilities of a logistic regression; numbers are scaled, everything else is one-hot."""
    train, held_out = columns(learn), columns(judge)
    numbers = [train.columns.index(name) for name in (*COUNTS, "age_band")]
    others = [place for place in range(train.width) if place not in numbers]
    model = make_pipeline(
        make_column_transformer(
            (StandardScaler(), numbers),
            (OneHotEncoder(handle_unknown="ignore", min_frequency=10), others),
            sparse_threshold=1.0,
        ),
        LogisticRegression(C=1.0, max_iter=500, random_state=seed),
    )
    return np.asarray(model.fit(_matrix(train), readmitted).predict_proba(_matrix(held_out))[:, 1])


FITTED: Mapping[str, Callable[..., Vector]] = {"logistic": logistic, "reference": reference}


def _matrix(table: pl.DataFrame) -> Matrix:
    return np.ascontiguousarray(table.cast(pl.Float64).to_numpy())


def _code(column: str, codes: Mapping[str, int]) -> pl.Expr:
    return pl.col(column).replace_strict(codes, return_dtype=pl.Int64)


def _group(column: str) -> pl.Expr:
    category = pl.col(column).str.extract(r"^(\d+)", 1).cast(pl.Int64)
    groups = [_number_of(group, category) for group in _GROUPS]
    return pl.coalesce(*groups, pl.lit(_OTHER)).alias(f"{column}_group")


def _number_of(group: tuple[int, int, int, int | None], category: pl.Expr) -> pl.Expr:
    number, first, last, symptom = group
    belongs = category.is_between(first, last)
    return pl.when(belongs if symptom is None else belongs | (category == symptom)).then(number)
