"""Features of diabetes treatment: the drugs and their doses, and what was measured."""

from __future__ import annotations

import narwhals as nw
import numpy as np

from clinical.code_lists import DRUGS, A1cResult, DrugChange, GlucoseResult
from clinical.encounter_table import DRUG_COLUMNS, NOT_PRESCRIBED
from predictions.factor_group import FactorGroup
from predictions.features.declaration import Column, Concept, Derivation, Feature, Features, Kind, Matrix, code, flag

# the drugs of at least 0.5 % of the data set's encounters; the others count among the rarer ones
_COMMON = (
    "insulin", "metformin", "repaglinide", "nateglinide", "glimepiride", "glipizide", "glyburide", "pioglitazone",
    "rosiglitazone", "glyburide-metformin",
)  # fmt: skip
_DOSE_CODES = {NOT_PRESCRIBED: 0, str(DrugChange.DOWN): 1, str(DrugChange.STEADY): 2, str(DrugChange.UP): 3}
_DOSE_WORDS = {1: "dose decreased", 2: "dose unchanged", 3: "dose increased"}
_ALL_DRUGS = "all_drugs"
_RARER_DRUGS = "rarer_drugs"
_SEPARATOR = "|"

# All drug columns written one after another, once: counting a word in one text costs a fraction of comparing 23 columns.
TERMS = (
    nw.concat_str([nw.col(column) for column in DRUG_COLUMNS.values()], separator=_SEPARATOR).alias(_ALL_DRUGS),
    nw.concat_str([nw.col(column) for drug, column in DRUG_COLUMNS.items() if drug not in _COMMON], separator=_SEPARATOR).alias(
        _RARER_DRUGS
    ),
)


def _times(word: str, text: str) -> nw.Expr:
    without = nw.col(text).str.replace_all(word, "", literal=True)
    return (nw.col(text).str.len_chars() - without.str.len_chars()).cast(nw.Float64) / len(word)


def _dose(drug: str) -> Feature:
    column = DRUG_COLUMNS[drug]
    words = {dose: said if drug == "insulin" else f"{drug} {said}" for dose, said in _DOSE_WORDS.items()}
    return Feature(
        name=f"{column.removeprefix('drug_')}_dose", label=f"{drug.capitalize()} and its dose",
        factor="insulin" if drug == "insulin" else "diabetes_drugs", unit="ordered: none, decreased, unchanged, increased",
        low=0, high=3, expression=code(column, _DOSE_CODES, otherwise=-1), values={0: "", **words},
    )  # fmt: skip


def _drug_count(name: str, label: str, expression: nw.Expr) -> Feature:
    return Feature(
        name=name, label=label, factor="diabetes_drugs", unit="drugs", low=0, high=len(DRUGS), expression=expression,
        one="1 drug", many="# drugs",
    )  # fmt: skip


def _yes_no(name: str, label: str, factor: str, condition: nw.Expr) -> Feature:
    return Feature(
        name=name, label=label, factor=factor, kind=Kind.FLAG, low=0, high=1, values={0: "no", 1: "yes"},
        expression=flag(condition),
    )  # fmt: skip


def _measured(name: str, label: str, column: str, levels: tuple[A1cResult | GlucoseResult, ...]) -> Feature:
    return Feature(
        name=name, label=label, factor=column, unit="ordered groups", low=0, high=len(levels) - 1, missing="not measured",
        # not otherwise(-1): an empty text is a test that was not done, and stays missing
        expression=nw.when(nw.col(column) != "").then(
            code(column, {str(level): place for place, level in enumerate(levels)}, otherwise=-1)
        ),
        values={place: str(level.label) for place, level in enumerate(levels)}, missing_words="not measured",
    )  # fmt: skip


FEATURES = (
    *(_dose(drug) for drug in _COMMON),
    _drug_count(
        "diabetes_drugs_count", "Diabetes drugs prescribed", len(DRUGS) - _times(NOT_PRESCRIBED, _ALL_DRUGS)
    ),
    _drug_count(
        "rarer_diabetes_drugs_count", "Rarer diabetes drugs prescribed",
        (len(DRUGS) - len(_COMMON)) - _times(NOT_PRESCRIBED, _RARER_DRUGS),
    ),
    _drug_count("doses_increased_count", "Diabetes drugs with a higher dose", _times(str(DrugChange.UP), _ALL_DRUGS)),
    _drug_count("doses_decreased_count", "Diabetes drugs with a lower dose", _times(str(DrugChange.DOWN), _ALL_DRUGS)),
    _drug_count("doses_unchanged_count", "Diabetes drugs unchanged", _times(str(DrugChange.STEADY), _ALL_DRUGS)),
    _yes_no("any_drug_changed", "Any diabetes drug changed", "diabetes_drugs", nw.col("any_drug_changed")),
    _yes_no("on_diabetes_medication", "On diabetes medication", "diabetes_drugs", nw.col("on_diabetes_medication")),
    _measured(
        "a1c_level", "HbA1c", "a1c_result", (A1cResult.NORMAL, A1cResult.OVER_7, A1cResult.OVER_8)
    ),
    _measured(
        "glucose_level", "Highest serum glucose", "max_glucose_serum",
        (GlucoseResult.NORMAL, GlucoseResult.OVER_200, GlucoseResult.OVER_300),
    ),
)  # fmt: skip


def _kinds(features: Features) -> Matrix:
    insulin, drugs = features["insulin_dose"] > 0, features["diabetes_drugs_count"]
    changed = features["doses_increased_count"] + features["doses_decreased_count"]
    return np.column_stack([drugs - insulin > 0, insulin & (drugs == 1), changed]).astype(np.float64)


DERIVATIONS = (
    Derivation(
        (
            Column(
                name="any_oral_drug", label="Any diabetes drug other than insulin", factor="diabetes_drugs", kind=Kind.FLAG,
                low=0, high=1, values={0: "no", 1: "yes"},
            ),
            Column(
                name="insulin_only", label="Insulin and no other diabetes drug", factor="insulin", kind=Kind.FLAG,
                low=0, high=1, values={0: "no", 1: "yes"},
            ),
            Column(
                name="doses_changed_count", label="Diabetes drugs with a changed dose", factor="diabetes_drugs", low=0,
                high=len(DRUGS), unit="drugs", one="1 drug", many="# drugs",
            ),
        ),
        _kinds,
    ),
)  # fmt: skip

CONCEPTS = (
    Concept("insulin", "Insulin", FactorGroup.MODIFIABLE, ("insulin_dose",), otherwise="not prescribed"),
    Concept(
        "diabetes_drugs", "Other diabetes drugs", FactorGroup.MODIFIABLE,
        tuple(feature.name for feature in FEATURES if feature.name.endswith("_dose") and feature.factor == "diabetes_drugs"),
        tells="all", otherwise="none of the common ones",
    ),
    Concept("a1c_result", "HbA1c", FactorGroup.MODIFIABLE, ("a1c_level",)),
    Concept("max_glucose_serum", "Highest serum glucose", FactorGroup.MODIFIABLE, ("glucose_level",)),
)  # fmt: skip
