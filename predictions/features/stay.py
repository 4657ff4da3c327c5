"""Features of this stay: how it began, what was done, and where the patient goes next."""

from __future__ import annotations

import narwhals as nw

from clinical.code_lists import AdmissionSource, AdmissionType, DischargeDisposition
from predictions.factor_group import FactorGroup
from predictions.features.declaration import Concept, Feature, Kind, code, number

ANOTHER_SPECIALTY = 1
# the specialties of at least 0.5 % of the data set's encounters; each further one costs every score some microseconds
SPECIALTIES = (
    "InternalMedicine", "Emergency/Trauma", "Family/GeneralPractice", "Cardiology", "Surgery-General", "Nephrology",
    "Orthopedics", "Orthopedics-Reconstructive", "Radiologist", "Pulmonology", "Psychiatry", "Urology",
    "ObstetricsandGynecology", "Surgery-Cardiovascular/Thoracic", "Gastroenterology", "Surgery-Vascular",
)  # fmt: skip
_SPECIALTY_WORDS = (
    "internal medicine", "emergency or trauma", "family or general practice", "cardiology", "general surgery", "nephrology",
    "orthopaedics", "reconstructive orthopaedics", "radiology", "pulmonology", "psychiatry", "urology",
    "obstetrics and gynaecology", "cardiovascular or thoracic surgery", "gastroenterology", "vascular surgery",
)  # fmt: skip
_SPECIALTY_CODES = {"": 0, **{specialty: place for place, specialty in enumerate(SPECIALTIES, start=2)}}


def _count(name: str, label: str, factor: str, *, unit: str, low: float, high: float, one: str, many: str) -> Feature:
    return Feature(
        name=name, label=label, factor=factor, unit=unit, low=low, high=high, one=one, many=many, expression=number(name)
    )


def _a_day(name: str, label: str, column: str, factor: str) -> Feature:
    # a stay of no nights is counted as one day
    days = nw.max_horizontal(number("length_of_stay_days"), nw.lit(1.0))
    return Feature(
        name=name, label=label, factor=factor, unit="a day", low=0, high=500, expression=number(column) / days,
        one="1 a day", many="# a day",
    )  # fmt: skip


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
        expression=code("medical_specialty", _SPECIALTY_CODES, otherwise=ANOTHER_SPECIALTY),
        values={0: "not recorded", ANOTHER_SPECIALTY: "another specialty"}
        | dict(enumerate(_SPECIALTY_WORDS, start=2)),
    ),
    _count(
        "length_of_stay_days", "Length of stay", "length_of_stay", unit="days", low=0, high=365, one="1 day", many="# days"
    ),
    _count(
        "lab_procedures_count", "Laboratory tests", "lab_tests", unit="tests", low=0, high=1000,
        one="1 laboratory test", many="# laboratory tests",
    ),
    _a_day("lab_procedures_a_day", "Laboratory tests a day", "lab_procedures_count", "lab_tests"),
    _count(
        "procedures_count", "Procedures other than laboratory tests", "procedures", unit="procedures", low=0, high=100,
        one="1 procedure", many="# procedures",
    ),
    _a_day("procedures_a_day", "Procedures a day", "procedures_count", "procedures"),
    _count(
        "medications_count", "Different medicines given", "medicines", unit="medicines", low=0, high=300,
        one="1 different medicine", many="# different medicines",
    ),
    _a_day("medications_a_day", "Medicines a day", "medications_count", "medicines"),
    Feature(
        name="medications_for_each_diagnosis", label="Medicines for each diagnosis", factor="medicines", low=0, high=300,
        unit="medicines", one="1 for each diagnosis", many="# for each diagnosis",
        expression=number("medications_count") / nw.max_horizontal(number("diagnoses_count"), nw.lit(1.0)),
    ),
    Feature(
        name="discharge_disposition", label="Discharge destination", factor="discharge_plan", kind=Kind.CATEGORY,
        low=1, high=30, expression=number("discharge_disposition"),
        values={place.value: str(place.label) for place in DischargeDisposition},
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
)
