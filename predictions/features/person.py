"""Features of the person and of who pays. Race is read by none of them: see docs/adr."""

from __future__ import annotations

from clinical.code_lists import AGE_BANDS, ANOTHER_PLACE, NOT_RECORDED_PLACE, PAYER_PLACES, PAYERS, Sex
from predictions.factor_group import FactorGroup
from predictions.features.declaration import Concept, Feature, Kind, code, number

UNREADABLE = -1
_SEXES = {str(Sex.FEMALE): 0, str(Sex.MALE): 1, str(Sex.UNKNOWN): 2}
_MIDDLE_OF_BAND = {band: 10 * place + 5 for place, band in enumerate(AGE_BANDS)}

FEATURES = (
    Feature(
        name="age_years", label="Age (middle of the recorded band)", factor="age", unit="years", low=0, high=100,
        expression=code("age_band", _MIDDLE_OF_BAND, otherwise=UNREADABLE),
        values={middle: f"{middle - 5} to {middle + 4} years" for middle in _MIDDLE_OF_BAND.values()},
    ),
    Feature(
        name="sex", label="Sex", factor="sex", kind=Kind.CATEGORY, low=0, high=2,
        expression=code("sex", _SEXES, otherwise=UNREADABLE), values={0: "female", 1: "male", 2: "not known"},
    ),
    Feature(
        name="payer", label="Payer", factor="payer", kind=Kind.CATEGORY, low=0, high=1 + len(PAYERS),
        expression=number("payer_place"),
        values={NOT_RECORDED_PLACE: "not recorded", ANOTHER_PLACE: "another payer"}
        | {PAYER_PLACES[payer]: f"code {payer}" for payer in PAYERS},
    ),
)  # fmt: skip

CONCEPTS = (
    Concept("age", "Age", FactorGroup.FIXED, ("age_years",)),
    Concept("sex", "Sex", FactorGroup.FIXED, ("sex",)),
    Concept("payer", "Payer", FactorGroup.FIXED, ("payer",)),
)
