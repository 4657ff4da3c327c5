"""Features of the three coded diagnoses: categories, groups, chapters, kinds of diabetes, and the conditions they tell of."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clinical import icd9
from clinical.comorbidities import CHARLSON, ELIXHAUSER, MILDER_OF, WARD, Condition
from predictions.factor_group import FactorGroup
from predictions.features.declaration import Column, Concept, Derivation, Feature, Features, Kind, Matrix, Vector, number

_PLACES = {1: "Main diagnosis", 2: "Second diagnosis", 3: "Third diagnosis"}
# the fourth digit of 250.x
_DIABETES_KINDS = {
    0: "without complication", 1: "with ketoacidosis", 2: "with hyperosmolarity", 3: "with coma", 4: "with kidney disease",
    5: "with eye disease", 6: "with nerve disease", 7: "with circulation disease", 8: "with other complications",
    9: "with unspecified complications",
}  # fmt: skip
# a condition of the published indices that is told by the ward's own word for it, or by another reason of the page
_TOLD_AS = {
    "myocardial_infarction": "ischaemic_heart_disease", "congestive_heart_failure": "heart_failure",
    "peripheral_vascular_disease": "vascular_disease", "cerebrovascular_disease": "stroke",
    "chronic_pulmonary_disease": "chronic_lung_disease", "mild_liver_disease": "liver_disease",
    "severe_liver_disease": "liver_disease", "diabetes_uncomplicated": "diabetes_codes",
    "diabetes_complicated": "diabetes_codes", "kidney_disease": "chronic_kidney_disease", "malignancy": "cancer",
    "metastases": "cancer", "lymphoma": "cancer", "solid_tumour": "cancer",
    "hypertension_complicated": "hypertension", "connective_tissue_disease": "rheumatic_disease",
    "fluid_and_electrolyte_disorder": "fluid_disorder", "blood_loss_anaemia": "anaemia", "deficiency_anaemia": "anaemia",
    "psychosis": "mental_disorder", "depression": "mental_disorder",
}  # fmt: skip
_CODES = tuple(f"diagnosis_{place}_code" for place in _PLACES)
_ALL = (*WARD, *CHARLSON, *ELIXHAUSER)
_DIAGNOSES_READ = len(_PLACES)
_PRESENT, _ABSENT = "among the diagnoses", "not among the diagnoses"
_NOTHING_RECORDED = "no such diagnosis recorded"

VALUE_SETS = {
    "icd9": {
        "exact": {str(category): name for category, name in icd9.CATEGORIES.items()}
        | {f"{icd9.DIABETES}.{digit}": f"{icd9.CATEGORIES[icd9.DIABETES]}, {kind}" for digit, kind in _DIABETES_KINDS.items()},
        "from": [[first, name] for first, name in icd9.CHAPTERS],
    }
}


def _diagnosis(place: int) -> Feature:
    return Feature(
        name=f"diagnosis_{place}_code", label=f"{_PLACES[place]}, ICD-9 code", factor=f"diagnosis_{place}",
        unit="ICD-9 code; V codes from 1000, E codes from 2000", low=1, high=icd9.LARGEST_CATEGORY + 1,
        missing=_NOTHING_RECORDED, expression=icd9.number(f"diagnosis_{place}"), value_set="icd9",
        missing_words="none recorded",
    )  # fmt: skip


DIAGNOSIS = _diagnosis(1)
FEATURES = (
    DIAGNOSIS, _diagnosis(2), _diagnosis(3),
    Feature(
        name="diagnoses_count", label="Number of diagnoses", factor="diagnoses_count", unit="diagnoses", low=0, high=100,
        expression=number("diagnoses_count"), one="1 diagnosis", many="# diagnoses",
    ),
)  # fmt: skip


def category_of(code: Vector) -> Vector:
    """428.31 -> 428."""
    return np.floor(code)


def group_of(code: Vector) -> Vector:
    """The number of the clinical group that a diagnosis falls into."""
    return np.where(np.isnan(code), np.nan, np.searchsorted(_GROUPS, code, side="right"))


def chapter_of(code: Vector) -> Vector:
    """The number of the chapter that a diagnosis falls into."""
    return np.where(np.isnan(code), np.nan, np.searchsorted(_CHAPTERS, code, side="right"))


def diabetes_kind_of(code: Vector) -> Vector:
    """250.83 -> 8; missing for every other disease."""
    fourth_digit = np.floor(np.mod(np.round(code * 100), 100) / 10)
    return np.where(np.floor(code) == icd9.DIABETES, fourth_digit, np.nan)


def conditions_of(codes: Matrix) -> Matrix:
    """1 for each condition that any code of a row belongs to."""
    hundredths = np.round(np.where(np.isnan(codes), 0.0, codes) * 100)
    found = _BELONGS[np.searchsorted(_BOUNDS, hundredths, side="right")].max(axis=1)
    return np.asarray(found, dtype=np.float64)


def _by_code(kind: str, words: str, *, high: float, unit: str, missing: str = _NOTHING_RECORDED) -> tuple[Column, ...]:
    return tuple(
        Column(
            name=f"diagnosis_{place}_{kind}", label=f"{label}, {words}", factor=f"diagnosis_{place}", low=0, high=high,
            unit=unit, missing=missing, missing_words="none recorded",
        )
        for place, label in _PLACES.items()
    )  # fmt: skip


def _groupings(features: Features) -> Matrix:
    codes = features.block(*_CODES)
    return np.hstack([category_of(codes), group_of(codes), chapter_of(codes), diabetes_kind_of(codes)])


def _conditions(features: Features) -> Matrix:
    codes = features.block(*_CODES)
    found = conditions_of(codes)
    in_charlson = found[:, len(WARD) : len(WARD) + len(CHARLSON)]
    diabetes = (category_of(codes) == icd9.DIABETES).sum(axis=1)
    others = found[:, len(WARD) + len(CHARLSON) :].sum(axis=1)
    return np.column_stack([found, diabetes, _weight(in_charlson), others])


def _weight(in_charlson: Matrix) -> Vector:
    """Charlson's weight of each row; of two degrees of one disease the graver counts."""
    counted = in_charlson.copy()
    counted[:, _MILDER] *= 1 - in_charlson[:, _GRAVER]
    return counted @ _WEIGHTS


def _has(condition: Condition) -> Column:
    return Column(
        name=f"has_{condition.name}", label=f"{condition.words} among the three diagnoses", kind=Kind.FLAG, low=0, high=1,
        factor=_reason_for(condition), values={0: "", 1: _PRESENT if condition in WARD else condition.words.lower()},
    )  # fmt: skip


def _reason_for(condition: Condition) -> str:
    return _TOLD_AS.get(condition.name, condition.name)


def _boundaries() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Where any condition begins or ends, in hundredths of a code, and which conditions hold from there on."""
    bounds = sorted({bound for condition in _ALL for a_range in condition.ranges for bound in a_range})
    holds = [
        [any(low <= bound < high for low, high in condition.ranges) for condition in _ALL] for bound in bounds
    ]  # fmt: skip
    return np.array(bounds, dtype=np.float64), np.array([[False] * len(_ALL), *holds])


_GROUPS = np.array(icd9.GROUPS_FROM)
_CHAPTERS = np.array([first for first, _name in icd9.CHAPTERS])
_BOUNDS, _BELONGS = _boundaries()
_CHARLSON = [condition.name for condition in CHARLSON]
_WEIGHTS = np.array([condition.charlson_weight for condition in CHARLSON], dtype=np.float64)
_MILDER, _GRAVER = ([_CHARLSON.index(name) for name in names] for names in (MILDER_OF.keys(), MILDER_OF.values()))

DERIVATIONS = (
    Derivation(
        (
            *_by_code("category", "category", high=icd9.LARGEST_CATEGORY, unit="the code before its point"),
            *_by_code("group", "clinical group", high=len(_GROUPS), unit="number of the group"),
            *_by_code("chapter", "chapter", high=len(_CHAPTERS), unit="number of the chapter"),
            *_by_code("diabetes_kind", "kind of diabetes", high=9, unit="fourth digit of 250", missing="another disease"),
        ),
        _groupings,
    ),
    Derivation(
        (
            *(_has(condition) for condition in _ALL),
            Column(
                name="diabetes_diagnoses_count", label="Diabetes codes among the three diagnoses", factor="diabetes_codes",
                unit="codes", low=0, high=_DIAGNOSES_READ, one="1 of the three diagnoses", many="# of the three diagnoses",
            ),
            Column(
                name="charlson_weight", label="Weight of the three diagnoses, as by Charlson", factor="comorbidity",
                unit="points", low=0, high=6 * _DIAGNOSES_READ, one="1 point", many="# points",
            ),
            Column(
                name="elixhauser_count", label="Elixhauser's further conditions among the three diagnoses", low=0,
                high=len(ELIXHAUSER), factor="comorbidity", unit="conditions", one="1 condition", many="# conditions",
            ),
        ),
        _conditions,
    ),
)  # fmt: skip

_REASONS = {condition.name: condition.words for condition in _ALL if condition.name not in _TOLD_AS}


def _told_by(reason: str) -> tuple[str, ...]:
    """The ward's own condition first, then what the published indices call it, so that no reason denies what it is made of."""
    return tuple(f"has_{condition.name}" for condition in _ALL if _reason_for(condition) == reason)


CONCEPTS = (
    *(
        Concept(f"diagnosis_{place}", label, FactorGroup.FIXED, (f"diagnosis_{place}_code",))
        for place, label in _PLACES.items()
    ),
    Concept("diagnoses_count", "Number of diagnoses", FactorGroup.FIXED, ("diagnoses_count",)),
    Concept("diabetes_codes", "Diabetes among the diagnoses", FactorGroup.FIXED, ("diabetes_diagnoses_count",)),
    Concept("comorbidity", "Weight of comorbidity (Charlson)", FactorGroup.FIXED, ("charlson_weight",)),
    *(Concept(name, words, FactorGroup.FIXED, _told_by(name), otherwise=_ABSENT) for name, words in _REASONS.items()),
)  # fmt: skip
