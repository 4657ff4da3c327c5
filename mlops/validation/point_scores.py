"""Scores that wards use today, on the same encounters: LACE, HOSPITAL, and the number of inpatient stays in the year before.

The data set has three diagnoses, no laboratory values and yearly counts, so LACE and HOSPITAL are approximations, and
understate the real scores. LACE: comorbidity from the three listed diagnoses, where diabetes always counts; emergency visits
of the year instead of half a year. HOSPITAL: haemoglobin and sodium are left out; oncology by diagnosis or specialty.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from clinical.code_lists import AdmissionType
from mlops.evaluation import Vector

_ACUTE = [AdmissionType.EMERGENCY.value, AdmissionType.URGENT.value, AdmissionType.TRAUMA_CENTER.value]
_DIAGNOSES = ("diagnosis_1", "diagnosis_2", "diagnosis_3")
# points of van Walraven's Charlson variant, and the ICD-9 categories or codes that earn them
_COMORBIDITIES = (
    (1, r"410|412"),  # myocardial infarction
    (1, r"43[0-8]"),  # cerebrovascular disease
    (1, r"440|441|443"),  # peripheral vascular disease
    (2, r"250\.[4-9]\d?"),  # diabetes with damage to organs; any other diabetes is the point that all have
    (2, r"428"),  # heart failure
    (2, r"49\d|50[0-5]"),  # chronic lung disease
    (2, r"571|585|586"),  # mild liver or kidney disease
    (2, r"1[4-8]\d|19[0-5]|20[0-8]"),  # cancer
    (3, r"290|294"),  # dementia
    (3, r"710|714"),  # connective tissue disease
    (4, r"0?42"),  # AIDS
    (4, r"572|456"),  # severe liver disease
    (6, r"19[6-9]"),  # metastases
)
_POINTS_OF_DIABETES = 1
_MOST_COMORBIDITY, _POINTS_BEYOND = 4, 5
_MOST_EMERGENCY_POINTS = 4
_CANCER = r"1[4-9]\d|20\d"


def lace(table: pl.DataFrame) -> Vector:
    """Length of stay, acuity, comorbidity, emergency visits: 0 to 19."""
    stay = pl.col("length_of_stay_days")
    length = pl.when(stay >= 14).then(7).when(stay >= 7).then(5).when(stay >= 4).then(4).otherwise(stay)  # noqa: PLR2004  LACE
    points = _comorbidity()
    return _vector(
        table,
        length
        + 3 * _is_acute()
        + pl.when(points >= _MOST_COMORBIDITY).then(_POINTS_BEYOND).otherwise(points)
        + pl.col("emergency_visits_prior_year").clip(0, _MOST_EMERGENCY_POINTS),
    )


def hospital(table: pl.DataFrame) -> Vector:
    """Oncology, procedure, index admission type, admissions, length of stay; no laboratory values: 0 to 11."""
    admissions = pl.col("inpatient_stays_prior_year")
    oncology = _has(_CANCER) | pl.col("medical_specialty").str.contains("(?i)oncology")
    return _vector(
        table,
        2 * oncology.cast(pl.Int64)
        + (pl.col("procedures_count") > 0).cast(pl.Int64)
        + _is_acute()
        + pl.when(admissions > 5).then(5).when(admissions >= 2).then(2).otherwise(0)  # noqa: PLR2004  HOSPITAL
        + 2 * (pl.col("length_of_stay_days") >= 5).cast(pl.Int64),  # noqa: PLR2004  HOSPITAL
    )


def number_inpatient(table: pl.DataFrame) -> Vector:
    return _vector(table, pl.col("inpatient_stays_prior_year"))


POINT_SCORES = {"lace": lace, "hospital": hospital, "number_inpatient": number_inpatient}


def _is_acute() -> pl.Expr:
    return pl.col("admission_type").is_in(_ACUTE).cast(pl.Int64)


def _comorbidity() -> pl.Expr:
    return _POINTS_OF_DIABETES + pl.sum_horizontal(points * _has(codes).cast(pl.Int64) for points, codes in _COMORBIDITIES)


def _has(codes: str) -> pl.Expr:
    """Whether one of the three diagnoses begins with one of these codes."""
    return pl.any_horizontal(pl.col(column).str.contains(rf"^({codes})(\.|$)") for column in _DIAGNOSES)


def _vector(table: pl.DataFrame, expression: pl.Expr) -> Vector:
    return np.asarray(table.select(expression.cast(pl.Float64)).to_series().to_numpy(), dtype=np.float64)
