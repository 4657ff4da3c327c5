"""Features of hospital use in the year before this stay."""

from __future__ import annotations

from predictions.factor_group import FactorGroup
from predictions.features.declaration import Concept, Feature, number

_DAYS_OF_A_YEAR = 365


def _visits(name: str, label: str, factor: str, one: str, many: str) -> Feature:
    return Feature(
        name=name, label=label, factor=factor, unit="in the past year", low=0, high=_DAYS_OF_A_YEAR,
        one=f"1 {one} in the past year", many=f"# {many} in the past year", expression=number(name),
    )  # fmt: skip


_INPATIENT, _EMERGENCY, _OUTPATIENT = (
    number(f"{kind}_prior_year") for kind in ("inpatient_stays", "emergency_visits", "outpatient_visits")
)

FEATURES = (
    _visits("inpatient_stays_prior_year", "Inpatient stays", "inpatient_stays", "inpatient stay", "inpatient stays"),
    _visits("emergency_visits_prior_year", "Emergency visits", "emergency_visits", "emergency visit", "emergency visits"),
    _visits("outpatient_visits_prior_year", "Outpatient visits", "outpatient_visits", "outpatient visit", "outpatient visits"),
    Feature(
        name="acute_visits_prior_year", label="Inpatient stays and emergency visits together", factor="all_visits",
        unit="in the past year", low=0, high=2 * _DAYS_OF_A_YEAR, expression=_INPATIENT + _EMERGENCY,
        one="1 inpatient stay or emergency visit in the past year",
        many="# inpatient stays and emergency visits in the past year",
    ),
    Feature(
        name="all_visits_prior_year", label="Stays and visits of all kinds", factor="all_visits",
        unit="in the past year", low=0, high=3 * _DAYS_OF_A_YEAR, expression=_INPATIENT + _EMERGENCY + _OUTPATIENT,
        one="1 stay or visit of any kind in the past year", many="# stays and visits of all kinds in the past year",
    ),
)  # fmt: skip

CONCEPTS = (
    Concept("inpatient_stays", "Inpatient stays", FactorGroup.PAST_USE, ("inpatient_stays_prior_year",)),
    Concept("emergency_visits", "Emergency visits", FactorGroup.PAST_USE, ("emergency_visits_prior_year",)),
    Concept("outpatient_visits", "Outpatient visits", FactorGroup.PAST_USE, ("outpatient_visits_prior_year",)),
    Concept("all_visits", "All stays and visits together", FactorGroup.PAST_USE, ("all_visits_prior_year",)),
)
