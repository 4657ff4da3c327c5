"""Features of the person and of who pays. Race is read by none of them: see docs/adr."""

from __future__ import annotations

from clinical.code_lists import AGE_BANDS
from clinical.models.patient import Sex
from predictions.factor_group import FactorGroup
from predictions.features.declaration import Concept, Feature, Kind, code

UNREADABLE = -1
ANOTHER_PAYER = 1
_SEXES = {str(Sex.FEMALE): 0, str(Sex.MALE): 1, str(Sex.UNKNOWN): 2}
_MIDDLE_OF_BAND = {band: 10 * place + 5 for place, band in enumerate(AGE_BANDS)}
# the payers of at least 0.5 % of the data set's encounters; its documentation does not say what the codes stand for
PAYERS = ("MC", "HM", "SP", "BC", "MD", "CP", "UN", "CM", "OG", "PO", "DM")
_PAYER_CODES = {"": 0, **{payer: place for place, payer in enumerate(PAYERS, start=2)}}

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
        expression=code("payer_code", _PAYER_CODES, otherwise=ANOTHER_PAYER),
        values={0: "not recorded", ANOTHER_PAYER: "another payer"} | {_PAYER_CODES[payer]: f"code {payer}" for payer in PAYERS},
    ),
)  # fmt: skip

CONCEPTS = (
    Concept("age", "Age", FactorGroup.FIXED, ("age_years",)),
    Concept("sex", "Sex", FactorGroup.FIXED, ("sex",)),
    Concept("payer", "Payer", FactorGroup.FIXED, ("payer",)),
)
