"""Features of hospital use before this stay: visits of the year before, and what the patient's earlier stays were like."""

from __future__ import annotations

from clinical.encounter_table import EARLIER_STAYS, PREVIOUS, SUM_OF_EARLIER
from predictions.factor_group import FactorGroup
from predictions.features.declaration import Concept, Feature, number

_DAYS_OF_A_YEAR = 365
_MOST_EARLIER_STAYS = 1000
_FIRST_STAY = "a first stay: there is none to compare with"
# count: (words, the most that one stay may have)
_COUNTS = {
    "length_of_stay_days": ("Days in hospital", 365),
    "lab_procedures_count": ("Laboratory tests", 1000),
    "procedures_count": ("Procedures", 100),
    "medications_count": ("Different medicines", 300),
    "outpatient_visits_prior_year": ("Outpatient visits of the year before", _DAYS_OF_A_YEAR),
    "emergency_visits_prior_year": ("Emergency visits of the year before", _DAYS_OF_A_YEAR),
    "inpatient_stays_prior_year": ("Inpatient stays of the year before", _DAYS_OF_A_YEAR),
    "diagnoses_count": ("Diagnoses", 100),
}


def _visits(name: str, label: str, factor: str, one: str, many: str) -> Feature:
    return Feature(
        name=name, label=label, factor=factor, unit="in the past year", low=0, high=_DAYS_OF_A_YEAR,
        one=f"1 {one} in the past year", many=f"# {many} in the past year", expression=number(name),
    )  # fmt: skip


def _change(count: str, words: str, most: int) -> Feature:
    return Feature(
        name=f"{count}_change", label=f"{words}: this stay less the last one", factor="inpatient_stays", low=-most, high=most,
        unit="more than in the last stay", missing=_FIRST_STAY, expression=number(count) - number(PREVIOUS[count]),
        missing_words="none: a first stay",
    )  # fmt: skip


def _sum(count: str, words: str, most: int) -> Feature:
    return Feature(
        name=SUM_OF_EARLIER[count], label=f"{words}: all earlier stays together", factor="inpatient_stays", low=0,
        high=most * _MOST_EARLIER_STAYS, unit="in all earlier stays", expression=number(SUM_OF_EARLIER[count]),
    )  # fmt: skip


FEATURES = (
    _visits("inpatient_stays_prior_year", "Inpatient stays", "inpatient_stays", "inpatient stay", "inpatient stays"),
    _visits("emergency_visits_prior_year", "Emergency visits", "emergency_visits", "emergency visit", "emergency visits"),
    _visits("outpatient_visits_prior_year", "Outpatient visits", "outpatient_visits", "outpatient visit", "outpatient visits"),
    Feature(
        name="acute_visits_prior_year", label="Inpatient stays and emergency visits together", factor="inpatient_stays",
        unit="in the past year", low=0, high=2 * _DAYS_OF_A_YEAR,
        expression=number("inpatient_stays_prior_year") + number("emergency_visits_prior_year"),
    ),
    Feature(
        name=EARLIER_STAYS, label="Earlier stays on record", factor="inpatient_stays", unit="stays", low=0,
        high=_MOST_EARLIER_STAYS, expression=number(EARLIER_STAYS), one="1 earlier stay on record",
        many="# earlier stays on record",
    ),
    *(_change(count, *words) for count, words in _COUNTS.items()),
    *(_sum(count, *words) for count, words in _COUNTS.items()),
)  # fmt: skip

CONCEPTS = (
    # one reason, because the stays of the past year and those on record are mostly the same ones
    Concept("inpatient_stays", "Earlier inpatient stays", FactorGroup.PAST_USE, ("inpatient_stays_prior_year",)),
    Concept("emergency_visits", "Emergency visits", FactorGroup.PAST_USE, ("emergency_visits_prior_year",)),
    Concept("outpatient_visits", "Outpatient visits", FactorGroup.PAST_USE, ("outpatient_visits_prior_year",)),
)  # fmt: skip
