"""Golden rows: made-up encounters that between them take every branch of every feature.

Their features are part of the schema's hash, and their scores travel with each model, so that a library or a machine
that computes anything differently is found before it scores a patient.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from clinical.code_lists import (
    AGE_BANDS,
    PAYERS,
    SPECIALTIES,
    WEIGHT_BANDS,
    A1cResult,
    AdmissionSource,
    AdmissionType,
    DischargeDisposition,
    DrugChange,
    GlucoseResult,
    Race,
    Sex,
)
from clinical.comorbidities import CHARLSON, ELIXHAUSER, WARD
from clinical.encounter_table import (
    COLUMNS,
    COUNTS,
    DRUG_COLUMNS,
    EARLIER_STAYS,
    HAD,
    NOT_PRESCRIBED,
    PREVIOUS,
    PREVIOUS_DIAGNOSIS,
    PREVIOUS_DISPOSITION,
    SUM_OF_EARLIER,
    places_of,
    polars_schema,
)
from predictions.features.building import Matrix, build_one
from predictions.features.derivation import derive
from predictions.features.encodings import keys_of

if TYPE_CHECKING:
    import polars as pl

ROWS = 512
_NEW_HERE = "ZZ"  # a payer, a specialty that nobody has seen before
_DIAGNOSES = (
    "", "8", "038", "V57", "V45.81", "E909", "E849.0", "428.0", "139", "250", *(f"250.{digit}2" for digit in range(10)),
    *re.findall(r"[V0-9.]+", " ".join(condition.codes for condition in (*WARD, *CHARLSON, *ELIXHAUSER))),
)  # fmt: skip
_WITHOUT_TABLETS = 16  # every sixteenth row has insulin alone, or no drug at all
_DOSES = (NOT_PRESCRIBED, str(DrugChange.STEADY), NOT_PRESCRIBED, str(DrugChange.UP), NOT_PRESCRIBED, str(DrugChange.DOWN))


@cache
def golden_table() -> pl.DataFrame:
    """The golden rows as an encounter table."""
    import polars as pl  # noqa: PLC0415  a process that scores one row after another needs no frame

    return pl.DataFrame(golden_rows(), schema=polars_schema(), strict=True)


@cache
def golden_rows() -> list[dict[str, Any]]:
    """The golden rows. Each column walks its values at its own pace, so that they meet in many ways."""
    columns: dict[str, Sequence[object]] = {"encounter_id": range(1, ROWS + 1), "patient_id": range(1, ROWS + 1)}
    for pace, (name, values) in enumerate(_values().items()):
        columns[name] = [values[(row + (row // len(values)) * (2 * pace + 1)) % len(values)] for row in range(ROWS)]
    for name in DRUG_COLUMNS.values():
        if name != DRUG_COLUMNS["insulin"]:
            columns[name] = [NOT_PRESCRIBED if row % _WITHOUT_TABLETS == 0 else dose for row, dose in enumerate(columns[name])]
    columns |= _of_earlier_stays()
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return [{column: (row | places_of(row))[column] for column in COLUMNS} for row in rows]


@cache
def golden_matrix() -> Matrix:
    return np.vstack([build_one(row) for row in golden_rows()])


@cache
def golden_digest() -> str:
    """Of all that the golden rows give, to 9 decimals, and of their groups: what every machine and engine must agree on."""
    plain = derive(golden_matrix())
    rounded = np.round(plain, 9)
    digest = hashlib.sha256(np.where(np.isnan(rounded), np.nan, rounded + 0.0).astype("<f8").tobytes())
    digest.update(keys_of(plain).astype("<i8").tobytes())
    return digest.hexdigest()


def _of_earlier_stays() -> Mapping[str, Sequence[object]]:
    """Every third row is a first stay; the others have as many before as their number says, each one like the last."""
    earlier = [row % 3 * (1 + row % 5) for row in range(ROWS)]
    columns: dict[str, Sequence[object]] = {EARLIER_STAYS: earlier}
    for pace, count in enumerate(COUNTS, start=3):
        last = [row * pace % 17 for row in range(ROWS)]
        columns[PREVIOUS[count]] = [number if stays else None for number, stays in zip(last, earlier, strict=True)]
        columns[SUM_OF_EARLIER[count]] = [number * stays for number, stays in zip(last, earlier, strict=True)]
    where, what = DischargeDisposition.values, (428.0, None, 250.83, 1057.1, 38.0, 401.9, 2909.0)
    columns[PREVIOUS_DISPOSITION] = [where[row // 2 % len(where)] if stays else None for row, stays in enumerate(earlier)]
    columns[PREVIOUS_DIAGNOSIS] = [what[row // 2 % len(what)] if stays else None for row, stays in enumerate(earlier)]
    for pace, had in enumerate(HAD.values(), start=2):
        columns[had] = [int(stays > 0 and row // 3 % pace == 0) for row, stays in enumerate(earlier)]
    return columns


def _values() -> Mapping[str, Sequence[object]]:
    return {
        "admission_type": AdmissionType.values,
        "admission_source": AdmissionSource.values,
        "discharge_disposition": DischargeDisposition.values,
        "length_of_stay_days": (0, 1, 2, 3, 5, 8, 14, 60),
        "lab_procedures_count": (0, 1, 17, 44, 61, 97, 132),
        "procedures_count": (0, 1, 2, 3, 6),
        "medications_count": (0, 1, 9, 15, 22, 40, 81),
        "outpatient_visits_prior_year": (0, 0, 1, 2, 5, 42),
        "emergency_visits_prior_year": (0, 0, 0, 1, 3, 7, 76),
        "inpatient_stays_prior_year": (0, 1, 0, 2, 0, 3, 4, 9, 21),
        "diagnoses_count": (0, 1, 3, 5, 7, 9, 16),
        "age_band": AGE_BANDS,
        "race": Race.values,
        "sex": Sex.values,
        "weight_band": ("", *WEIGHT_BANDS),
        "payer_code": ("", _NEW_HERE, *PAYERS),
        "medical_specialty": ("", _NEW_HERE, *SPECIALTIES),
        "diagnosis_1": _DIAGNOSES,
        "diagnosis_2": _DIAGNOSES[::-1],
        "diagnosis_3": (*_DIAGNOSES[7:], *_DIAGNOSES[:7]),
        "max_glucose_serum": GlucoseResult.values,
        "a1c_result": A1cResult.values,
        **{column: _DOSES[place % 5 :] + _DOSES[: place % 5] for place, column in enumerate(DRUG_COLUMNS.values())},
        "any_drug_changed": (True, False),
        "on_diabetes_medication": (True, True, False),
    }
