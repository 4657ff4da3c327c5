"""Features of this stay: how it began, what was done, and where the patient goes next."""

from __future__ import annotations

import re
from typing import TypeAlias

import narwhals as nw
import numpy as np

from clinical.code_lists import (
    ANOTHER_PLACE,
    NOT_RECORDED_PLACE,
    SPECIALTIES,
    SPECIALTY_PLACES,
    AdmissionSource,
    AdmissionType,
    DischargeDisposition,
)
from predictions.factor_group import FactorGroup
from predictions.features.declaration import (
    Column,
    Concept,
    Derivation,
    Feature,
    Features,
    Kind,
    Matrix,
    Vector,
    flag,
    number,
)

_Ways: TypeAlias = tuple[tuple[str, str, tuple[int, ...]], ...]  # the column's name, its label, the codes

_SPECIALTIES_IN_WORDS = {
    "Emergency/Trauma": "emergency or trauma", "Family/GeneralPractice": "family or general practice",
    "Surgery-General": "general surgery", "Orthopedics": "orthopaedics",
    "Orthopedics-Reconstructive": "reconstructive orthopaedics", "Radiologist": "radiology",
    "ObstetricsandGynecology": "obstetrics and gynaecology",
    "Surgery-Cardiovascular/Thoracic": "cardiovascular or thoracic surgery", "Surgery-Vascular": "vascular surgery",
}  # fmt: skip


def _in_words(specialty: str) -> str:
    """Surgery-Plastic -> surgery, plastic: the data set's own word, spaced."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", specialty).replace("-", ", ").replace("/", " or ").replace("&", " and ")
    return _SPECIALTIES_IN_WORDS.get(specialty) or spaced.lower()


DISPOSITION = Feature(
    name="discharge_disposition", label="Discharge destination", factor="discharge_plan", kind=Kind.CATEGORY, low=1, high=30,
    expression=number("discharge_disposition"), values={place.value: str(place.label) for place in DischargeDisposition},
)  # fmt: skip


def _count(name: str, label: str, factor: str, *, unit: str, low: float, high: float, one: str, many: str) -> Feature:
    return Feature(
        name=name, label=label, factor=factor, unit=unit, low=low, high=high, one=one, many=many, expression=number(name)
    )


FEATURES = (
    Feature(
        name="admission_type", label="Type of admission", factor="admission_type", kind=Kind.CATEGORY, low=1, high=8,
        expression=number("admission_type"), values={kind.value: str(kind.label) for kind in AdmissionType},
    ),
    Feature(
        name="admission_source", label="Came from", factor="admission_source", kind=Kind.CATEGORY, low=1, high=26,
        expression=number("admission_source"), values={source.value: str(source.label) for source in AdmissionSource},
    ),
    Feature(
        name="specialty", label="Specialty of the admitting physician", factor="specialty", kind=Kind.CATEGORY,
        low=0, high=1 + len(SPECIALTIES),
        expression=number("specialty_place"),
        values={NOT_RECORDED_PLACE: "not recorded", ANOTHER_PLACE: "another specialty"}
        | {SPECIALTY_PLACES[specialty]: _in_words(specialty) for specialty in SPECIALTIES},
    ),
    _count(
        "length_of_stay_days", "Length of stay", "length_of_stay", unit="days", low=0, high=365, one="1 day", many="# days"
    ),
    _count(
        "lab_procedures_count", "Laboratory tests", "lab_tests", unit="tests", low=0, high=1000,
        one="1 laboratory test", many="# laboratory tests",
    ),
    _count(
        "procedures_count", "Procedures other than laboratory tests", "procedures", unit="procedures", low=0, high=100,
        one="1 procedure", many="# procedures",
    ),
    _count(
        "medications_count", "Different medicines given", "medicines", unit="medicines", low=0, high=300,
        one="1 different medicine", many="# different medicines",
    ),
    DISPOSITION,
    Feature(
        name="weight_recorded", label="Weight recorded", factor="record", kind=Kind.FLAG, low=0, high=1,
        expression=flag(nw.col("weight_band") != ""), values={0: "no weight", 1: "weight"},
    ),
)  # fmt: skip


def to_a_facility(disposition: Vector) -> Vector:
    """1 where a patient goes, or went, into a facility for care; 0 elsewhere, and where nobody knows."""
    return _looked_up(_WAYS_OUT, disposition)[:, _FACILITY]


def _looked_up(table: Matrix, codes: Vector) -> Matrix:
    """The table's row for each code; that of 0, which is no code, where there is none."""
    return table[np.nan_to_num(codes).astype(np.intp)]


def _table(ways: _Ways, *, largest: int) -> Matrix:
    """Row by row the codes from 0 on, column by column the ways: 1 where the code is one of the way's."""
    return np.array([[float(code in codes) for _name, _label, codes in ways] for code in range(largest + 1)])


def _ratio(name: str, label: str, factor: str, *, of: str) -> Column:
    return Column(
        name=name, label=label, factor=factor, unit=of, low=0, high=1000, one=f"1 {of}", many=f"# {of}"
    )  # fmt: skip


def _ratios(features: Features) -> Matrix:
    # a stay of no nights is counted as one day, and one without a diagnosis as if it had one
    days = np.maximum(features["length_of_stay_days"], 1.0)[:, None]
    diagnoses = np.maximum(features["diagnoses_count"], 1.0)
    a_day = features.block("lab_procedures_count", "procedures_count", "medications_count") / days
    return np.column_stack([a_day, features["medications_count"] / diagnoses])


def _group(name: str, label: str, factor: str) -> Column:
    return Column(name=name, label=label, factor=factor, kind=Kind.FLAG, low=0, high=1, values={0: "no", 1: "yes"})


def _was_recorded(name: str, what: str) -> Column:
    return Column(
        name=name, label=f"{what.capitalize()} recorded", factor="record", kind=Kind.FLAG, low=0, high=1,
        values={0: f"no {what}", 1: what},
    )  # fmt: skip


def _ways(features: Features) -> Matrix:
    out, source = features["discharge_disposition"], features["admission_source"]
    planned = features["admission_type"] == AdmissionType.ELECTIVE
    return np.hstack([_looked_up(_WAYS_OUT, out), _looked_up(_WAYS_IN, source), planned[:, None]])


def _recorded(features: Features) -> Matrix:
    codes = features.block("payer", "specialty") > 0
    measured = ~np.isnan(features.block("diagnosis_3_code", "a1c_level", "glucose_level"))
    return np.hstack([codes, measured]).astype(np.float64)


_FACILITIES = (
    DischargeDisposition.SKILLED_NURSING, DischargeDisposition.INTERMEDIATE_CARE, DischargeDisposition.SWING_BED,
    DischargeDisposition.LONG_TERM_HOSPITAL, DischargeDisposition.MEDICAID_NURSING,
)  # fmt: skip
_TO: _Ways = (
    ("to_home", "Goes home", (DischargeDisposition.HOME,)),
    ("to_home_with_service", "Goes home with a service", (DischargeDisposition.HOME_HEALTH, DischargeDisposition.HOME_IV)),
    ("to_a_facility", "Goes into a facility for care", _FACILITIES),
    ("to_rehabilitation", "Goes into rehabilitation", (DischargeDisposition.REHABILITATION,)),
    ("to_psychiatry", "Goes into psychiatry", (DischargeDisposition.PSYCHIATRIC,)),
    ("left_against_advice", "Left against medical advice", (DischargeDisposition.AGAINST_ADVICE,)),
)  # fmt: skip
_FROM: _Ways = (
    ("from_emergency_room", "Came through the emergency room", (AdmissionSource.EMERGENCY_ROOM,)),
    (
        "transferred_in", "Transferred from elsewhere",
        (
            AdmissionSource.HOSPITAL_TRANSFER, AdmissionSource.SKILLED_NURSING_TRANSFER, AdmissionSource.OTHER_TRANSFER,
            AdmissionSource.CRITICAL_ACCESS_TRANSFER, AdmissionSource.HOME_HEALTH_TRANSFER,
            AdmissionSource.SAME_FACILITY_TRANSFER, AdmissionSource.SURGERY_CENTER_TRANSFER, AdmissionSource.HOSPICE_TRANSFER,
        ),
    ),
)  # fmt: skip
_MAY_BE_MISSING = {
    "payer_recorded": "payer", "specialty_recorded": "specialty", "diagnosis_3_recorded": "third diagnosis",
}  # fmt: skip
_WAYS_OUT, _WAYS_IN = _table(_TO, largest=max(DischargeDisposition.values)), _table(_FROM, largest=max(AdmissionSource.values))
_FACILITY = [name for name, _label, _codes in _TO].index("to_a_facility")

DERIVATIONS = (
    Derivation(
        (
            _ratio("lab_procedures_a_day", "Laboratory tests a day", "lab_tests", of="a day"),
            _ratio("procedures_a_day", "Procedures a day", "procedures", of="a day"),
            _ratio("medications_a_day", "Medicines a day", "medicines", of="a day"),
            _ratio("medications_for_each_diagnosis", "Medicines for each diagnosis", "medicines", of="for each diagnosis"),
        ),
        _ratios,
    ),
    Derivation(
        (
            *(_group(name, label, "discharge_plan") for name, label, _codes in _TO),
            *(_group(name, label, "admission_source") for name, label, _codes in _FROM),
            _group("elective", "Planned admission", "admission_type"),
        ),
        _ways,
    ),
    Derivation(
        (
            *(_was_recorded(name, what) for name, what in _MAY_BE_MISSING.items()),
            _group("a1c_measured", "HbA1c measured", "a1c_result"),
            _group("glucose_measured", "Serum glucose measured", "max_glucose_serum"),
        ),
        _recorded,
    ),
)  # fmt: skip

CONCEPTS = (
    Concept("admission_type", "Type of admission", FactorGroup.FIXED, ("admission_type",)),
    Concept("admission_source", "Came from", FactorGroup.FIXED, ("admission_source",)),
    Concept("specialty", "Admitting specialty", FactorGroup.FIXED, ("specialty",)),
    Concept("length_of_stay", "Length of stay", FactorGroup.FIXED, ("length_of_stay_days",)),
    Concept("lab_tests", "Laboratory tests in this stay", FactorGroup.FIXED, ("lab_procedures_count",)),
    Concept("procedures", "Procedures in this stay", FactorGroup.FIXED, ("procedures_count",)),
    Concept("medicines", "Medicines in this stay", FactorGroup.MODIFIABLE, ("medications_count",)),
    Concept("discharge_plan", "Discharge destination", FactorGroup.MODIFIABLE, ("discharge_disposition",)),
    Concept(
        "record",
        "What was recorded",
        FactorGroup.FIXED,
        ("weight_recorded", *_MAY_BE_MISSING),
        tells="all",
    ),
)
