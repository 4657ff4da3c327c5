"""How each column of diabetic_data.csv becomes a value of the encounter table, and which values are refused.

A rule's expression gives null for a cell that it refuses; '?' is the data set's own word for "not recorded".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from clinical.code_lists import (
    AGE_BANDS,
    DRUGS,
    WEIGHT_BANDS,
    A1cResult,
    AdmissionSource,
    AdmissionType,
    DischargeDisposition,
    GlucoseResult,
    Race,
    Sex,
)
from clinical.models.outcome import Readmission

NOT_RECORDED = "?"
LARGEST_NUMBER_OF_A_RECORD = 999_999_999
SYNTHETIC_NUMBERS_FROM = 500_000_000  # above all encounter and patient numbers of the published file
DRUG_WORDS = {"No": "no", "Down": "down", "Steady": "steady", "Up": "up"}


@dataclass(frozen=True)
class Rule:
    """One column of the file: its name in the encounter table, how it is read, and what a good cell looks like."""

    raw: str
    name: str
    expression: pl.Expr
    expected: str


def drug_column(drug: str) -> str:
    """The encounter table's name for a drug's column."""
    return f"drug_{drug.replace('-', '_')}"


def _number(raw: str, name: str, low: int, high: int) -> Rule:
    # [0-9], not \d: the digits of other scripts are refused, as are signs, decimals, 'NaN' and '1,5'
    whole = pl.when(pl.col(raw).str.contains(r"^[0-9]{1,9}$")).then(pl.col(raw)).cast(pl.Int64)
    return Rule(raw, name, pl.when(whole.is_between(low, high)).then(whole), f"a whole number from {low} to {high}")


def _code(raw: str, name: str, codes: type[AdmissionType | AdmissionSource | DischargeDisposition]) -> Rule:
    known = pl.col(raw).replace_strict({str(code): code for code in codes.values}, default=None, return_dtype=pl.Int64)
    return Rule(raw, name, known, "a code of IDs_mapping.csv")


def _word(raw: str, name: str, words: Mapping[str, str]) -> Rule:
    known = pl.col(raw).replace_strict(dict(words), default=None, return_dtype=pl.String)
    return Rule(raw, name, known, "one of " + ", ".join(words))


def _flag(raw: str, name: str, yes: str) -> Rule:
    known = pl.col(raw).replace_strict({yes: True, "No": False}, default=None, return_dtype=pl.Boolean)
    return Rule(raw, name, known, f"{yes} or No")


def _text(raw: str, name: str, pattern: str, expected: str) -> Rule:
    known = pl.when(pl.col(raw) == NOT_RECORDED).then(pl.lit("")).when(pl.col(raw).str.contains(pattern)).then(pl.col(raw))
    return Rule(raw, name, known, f"{expected}, or ?")


def _diagnosis(place: int) -> Rule:
    pattern = r"^([0-9]{1,3}|V[0-9]{2}|E[0-9]{3})(\.[0-9]{1,2})?$"
    return _text(f"diag_{place}", f"diagnosis_{place}", pattern, "an ICD-9 code")


_RACES = {
    "AfricanAmerican": Race.AFRICAN_AMERICAN, "Asian": Race.ASIAN, "Caucasian": Race.CAUCASIAN, "Hispanic": Race.HISPANIC,
    "Other": Race.OTHER, NOT_RECORDED: Race.NOT_RECORDED,
}  # fmt: skip
# 'None' is a value here: the test was not done. A reader that takes it for a missing cell loses 95 % of the column.
_GLUCOSE = {
    "Norm": GlucoseResult.NORMAL, ">200": GlucoseResult.OVER_200, ">300": GlucoseResult.OVER_300,
    "None": GlucoseResult.NOT_MEASURED,
}  # fmt: skip
_A1C = {"Norm": A1cResult.NORMAL, ">7": A1cResult.OVER_7, ">8": A1cResult.OVER_8, "None": A1cResult.NOT_MEASURED}
_SEXES = {"Female": Sex.FEMALE, "Male": Sex.MALE, "Unknown/Invalid": Sex.UNKNOWN}
_READMISSIONS = {"<30": Readmission.WITHIN_30_DAYS, ">30": Readmission.LATER, "NO": Readmission.NONE}


def _values(words: Mapping[str, str]) -> dict[str, str]:
    return {word: str(value) for word, value in words.items()}


RULES: tuple[Rule, ...] = (
    _number("encounter_id", "encounter_id", 1, LARGEST_NUMBER_OF_A_RECORD),
    _number("patient_nbr", "patient_id", 1, LARGEST_NUMBER_OF_A_RECORD),
    _word("race", "race", _values(_RACES)),
    _word("gender", "sex", _values(_SEXES)),
    _word("age", "age_band", {band: band for band in AGE_BANDS}),
    _word("weight", "weight_band", {NOT_RECORDED: "", **{band: band for band in WEIGHT_BANDS}}),
    _code("admission_type_id", "admission_type", AdmissionType),
    _code("discharge_disposition_id", "discharge_disposition", DischargeDisposition),
    _code("admission_source_id", "admission_source", AdmissionSource),
    _number("time_in_hospital", "length_of_stay_days", 1, 14),
    _text("payer_code", "payer_code", r"^[A-Z]{2}$", "a code of two capitals"),
    _text("medical_specialty", "medical_specialty", r"^[A-Za-z][A-Za-z/&-]{1,47}$", "the name of a specialty"),
    _number("num_lab_procedures", "lab_procedures_count", 0, 200),
    _number("num_procedures", "procedures_count", 0, 20),
    _number("num_medications", "medications_count", 0, 150),
    _number("number_outpatient", "outpatient_visits_prior_year", 0, 365),
    _number("number_emergency", "emergency_visits_prior_year", 0, 365),
    _number("number_inpatient", "inpatient_stays_prior_year", 0, 100),
    _diagnosis(1), _diagnosis(2), _diagnosis(3),
    _number("number_diagnoses", "diagnoses_count", 0, 30),
    _word("max_glu_serum", "max_glucose_serum", _values(_GLUCOSE)),
    _word("A1Cresult", "a1c_result", _values(_A1C)),
    *(_word(drug, drug_column(drug), DRUG_WORDS) for drug in DRUGS),
    _flag("change", "any_drug_changed", "Ch"),
    _flag("diabetesMed", "on_diabetes_medication", "Yes"),
    _word("readmitted", "readmission", _values(_READMISSIONS)),
)  # fmt: skip

RAW_COLUMNS: tuple[str, ...] = tuple(rule.raw for rule in RULES)
LABEL = "readmission"
ENCOUNTER_COLUMNS: tuple[str, ...] = (
    "encounter_id", "patient_id", "age_band", "race", "sex", "weight_band", "payer_code", "medical_specialty",
    "admission_type", "admission_source", "discharge_disposition", "length_of_stay_days", "lab_procedures_count",
    "procedures_count", "medications_count", "outpatient_visits_prior_year", "emergency_visits_prior_year",
    "inpatient_stays_prior_year", "diagnosis_1", "diagnosis_2", "diagnosis_3", "diagnoses_count", "max_glucose_serum",
    "a1c_result", *(drug_column(drug) for drug in DRUGS), "any_drug_changed", "on_diabetes_medication",
)  # fmt: skip
