"""Features of the three coded diagnoses: category, kind of diabetes, and conditions that bring patients back."""

from __future__ import annotations

import narwhals as nw

from clinical import icd9
from predictions.factor_group import FactorGroup
from predictions.features.declaration import Concept, Feature, Kind, flag, number

_PLACES = {1: "Main diagnosis", 2: "Second diagnosis", 3: "Third diagnosis"}
# the fourth digit of 250.x
_DIABETES_KINDS = {
    0: "without complication", 1: "with ketoacidosis", 2: "with hyperosmolarity", 3: "with coma", 4: "with kidney disease",
    5: "with eye disease", 6: "with nerve disease", 7: "with circulation disease", 8: "with other complications",
    9: "with unspecified complications",
}  # fmt: skip
# name: (words, first category, last category)
_CONDITIONS = {
    "heart_failure": ("Heart failure", 428, 428),
    "chronic_kidney_disease": ("Chronic kidney disease", 585, 586),
    "hypertensive_kidney_disease": ("Hypertensive kidney disease", 403, 404),
    "acute_kidney_failure": ("Acute kidney failure", 584, 584),
    "chronic_lung_disease": ("Chronic lung disease", 490, 496),
    "ischaemic_heart_disease": ("Ischaemic heart disease", 410, 414),
    "cancer": ("Cancer", 140, 208),
    "stroke": ("Stroke or its effects", 430, 438),
    "anaemia": ("Anaemia", 280, 285),
    "mental_disorder": ("Mental disorder", 290, 319),
    "fluid_disorder": ("Disorder of fluids or electrolytes", 276, 276),
    "liver_disease": ("Liver disease", 570, 573),
    "pneumonia": ("Pneumonia", 480, 487),
    "skin_disease": ("Disease of the skin", 680, 709),
    "vascular_disease": ("Disease of the arteries", 440, 443),
    "septicaemia": ("Septicaemia", 38, 38),
}
CONDITION_CATEGORIES = tuple(sorted({bound for _words, *bounds in _CONDITIONS.values() for bound in bounds}))
_PATTERN = f"^({icd9.CODE.pattern})$"
_UNREADABLE = -1.0
_THREE_DIGITS = 100

VALUE_SETS = {
    "icd9": {
        "exact": {str(category): name for category, name in icd9.CATEGORIES.items()}
        | {f"{icd9.DIABETES}.{digit}": f"{icd9.CATEGORIES[icd9.DIABETES]}, {kind}" for digit, kind in _DIABETES_KINDS.items()},
        "from": [[first, name] for first, name in icd9.CHAPTERS],
    }
}


def _term(place: int) -> str:
    return f"code_{place}"


def _code(place: int) -> nw.Expr:
    """V57.1 -> 1057.1, E909 -> 2909, 250.83 -> 250.83; nothing -> missing; anything else -> out of range, so an error."""
    text = nw.col(f"diagnosis_{place}")
    plain = text.str.replace_all("V", "10", literal=True).str.replace_all("E", "2", literal=True)
    readable = nw.when(text.str.contains(_PATTERN)).then(plain).cast(nw.Float64)
    return nw.when((text != "") & readable.is_null()).then(_UNREADABLE).otherwise(readable).alias(_term(place))


# The three codes written as one text, once: looking for a condition there costs a third of comparing three columns.
_ALL_THREE = "all_three"
TERMS = (
    *(_code(place) for place in _PLACES),
    nw.concat_str([nw.col(f"diagnosis_{place}") for place in _PLACES], separator="|").alias(_ALL_THREE),
)


def _diagnosis(place: int) -> Feature:
    return Feature(
        name=f"diagnosis_{place}_code", label=f"{_PLACES[place]}, ICD-9 code", factor=f"diagnosis_{place}",
        unit="ICD-9 code; V codes from 1000, E codes from 2000", low=1, high=icd9.LARGEST_CATEGORY + 1,
        missing="no such diagnosis recorded", expression=nw.col(_term(place)), value_set="icd9", missing_words="none recorded",
    )  # fmt: skip


def _among_the_three(first: int, last: int) -> nw.Expr:
    # codes below 100 are written with and without their leading noughts
    categories = "|".join(f"0*{category}" if category < _THREE_DIGITS else str(category) for category in range(first, last + 1))
    return flag(nw.col(_ALL_THREE).str.contains(rf"(^|\|)({categories})([.|]|$)"))


def _condition(name: str, label: str, first: int, last: int) -> Feature:
    return Feature(
        name=f"has_{name}", label=f"{label} among the three diagnoses", factor=name, kind=Kind.FLAG, low=0, high=1,
        expression=_among_the_three(first, last), values={0: "not among the diagnoses", 1: "among the diagnoses"},
    )  # fmt: skip


FEATURES = (
    *(_diagnosis(place) for place in _PLACES),
    Feature(
        name="diagnoses_count", label="Number of diagnoses", factor="diagnoses_count", unit="diagnoses", low=0, high=100,
        expression=number("diagnoses_count"), one="1 diagnosis", many="# diagnoses",
    ),
    Feature(
        name="diabetes_diagnoses_count", label="Diabetes codes among the three diagnoses", factor="diabetes_codes",
        unit="codes", low=0, high=3, one="1 of the three diagnoses", many="# of the three diagnoses",
        expression=nw.sum_horizontal(
            *(flag(nw.col(_term(place)).is_between(icd9.DIABETES, icd9.DIABETES + 1, closed="left")) for place in _PLACES)
        ),
    ),
    *(_condition(name, *words) for name, words in _CONDITIONS.items()),
)  # fmt: skip

CONCEPTS = (
    *(
        Concept(f"diagnosis_{place}", label, FactorGroup.FIXED, (f"diagnosis_{place}_code",))
        for place, label in _PLACES.items()
    ),
    Concept("diagnoses_count", "Number of diagnoses", FactorGroup.FIXED, ("diagnoses_count",)),
    Concept("diabetes_codes", "Diabetes among the diagnoses", FactorGroup.FIXED, ("diabetes_diagnoses_count",)),
    *(Concept(name, words[0], FactorGroup.FIXED, (f"has_{name}",)) for name, words in _CONDITIONS.items()),
)  # fmt: skip
