"""Features of hospital use before this stay: visits of the year before, and what the patient's earlier stays were like."""

from __future__ import annotations

import numpy as np

from clinical.comorbidities import WARD
from clinical.encounter_table import EARLIER_STAYS, HAD, PREVIOUS, PREVIOUS_DIAGNOSIS, PREVIOUS_DISPOSITION, SUM_OF_EARLIER
from predictions.factor_group import FactorGroup
from predictions.features.declaration import Column, Concept, Derivation, Feature, Features, Kind, Matrix, number
from predictions.features.diagnoses import DIAGNOSIS, group_of
from predictions.features.stay import DISPOSITION, to_a_facility

_DAYS_OF_A_YEAR = 365
_MOST_EARLIER_STAYS = 1000
_FIRST_STAY = "a first stay: there is none to compare with"
_NONE = "none: a first stay"
_VISITS = ("inpatient_stays_prior_year", "emergency_visits_prior_year", "outpatient_visits_prior_year")
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


def _last(count: str, words: str, most: int) -> Feature:
    return Feature(
        name=PREVIOUS[count], label=f"{words}: the last stay", factor="inpatient_stays", low=0, high=most,
        unit="in the last stay", missing=_FIRST_STAY, expression=number(PREVIOUS[count]), missing_words=_NONE,
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
        name=EARLIER_STAYS, label="Earlier stays on record", factor="inpatient_stays", unit="stays", low=0,
        high=_MOST_EARLIER_STAYS, expression=number(EARLIER_STAYS), one="1 earlier stay on record",
        many="# earlier stays on record",
    ),
    *(_last(count, *words) for count, words in _COUNTS.items()),
    *(_sum(count, *words) for count, words in _COUNTS.items()),
    Feature(
        name=PREVIOUS_DISPOSITION, label=f"{DISPOSITION.label}: the last stay", factor="inpatient_stays", kind=Kind.CATEGORY,
        low=DISPOSITION.low, high=DISPOSITION.high, values=DISPOSITION.values, missing=_FIRST_STAY, missing_words=_NONE,
        expression=number(PREVIOUS_DISPOSITION),
    ),
    Feature(
        name=PREVIOUS_DIAGNOSIS, label=f"{DIAGNOSIS.label}: the last stay", factor="inpatient_stays", unit=DIAGNOSIS.unit,
        low=DIAGNOSIS.low, high=DIAGNOSIS.high, value_set=DIAGNOSIS.value_set, missing=f"none recorded, or {_FIRST_STAY}",
        missing_words=_NONE, expression=number(PREVIOUS_DIAGNOSIS),
    ),
    *(
        Feature(
            name=HAD[condition.name], label=f"{condition.words} in an earlier stay", factor="inpatient_stays", kind=Kind.FLAG,
            low=0, high=1, expression=number(HAD[condition.name]), values={0: "", 1: f"{condition.words.lower()} before"},
        )
        for condition in WARD
    ),
)  # fmt: skip


def _change(count: str, words: str, most: int) -> Column:
    return Column(
        name=f"{count}_change", label=f"{words}: this stay less the last one", factor="inpatient_stays", low=-most, high=most,
        unit="more than in the last stay", missing=_FIRST_STAY, missing_words=_NONE,
    )  # fmt: skip


def _mean(count: str, words: str, most: int) -> Column:
    return Column(
        name=f"earlier_{count}_mean", label=f"{words}: mean of the earlier stays", factor="inpatient_stays", low=0, high=most,
        unit="in a stay", missing=_FIRST_STAY, missing_words=_NONE,
    )  # fmt: skip


def _changes(features: Features) -> Matrix:
    return features.block(*_COUNTS) - features.block(*(PREVIOUS[count] for count in _COUNTS))


def _means(features: Features) -> Matrix:
    stays = features[EARLIER_STAYS]
    return features.block(*(SUM_OF_EARLIER[count] for count in _COUNTS)) / np.where(stays > 0, stays, np.nan)[:, None]


def _sums_of_visits(features: Features) -> Matrix:
    visits = np.cumsum(features.block(*_VISITS), axis=1)
    return visits[:, 1:]


def _likeness(features: Features) -> Matrix:
    before, now = group_of(features[PREVIOUS_DIAGNOSIS]), group_of(features["diagnosis_1_code"])
    is_known = ~(np.isnan(before) | np.isnan(now))
    facility = to_a_facility(features[PREVIOUS_DISPOSITION])
    return np.column_stack([before, np.where(is_known, before == now, np.nan), facility])


DERIVATIONS = (
    Derivation(tuple(_change(count, *words) for count, words in _COUNTS.items()), _changes),
    Derivation(tuple(_mean(count, *words) for count, words in _COUNTS.items()), _means),
    Derivation(
        (
            Column(
                name="acute_visits_prior_year", label="Inpatient stays and emergency visits together", low=0,
                high=2 * _DAYS_OF_A_YEAR, factor="inpatient_stays", unit="in the past year",
            ),
            Column(
                name="all_visits_prior_year", label="All stays and visits together", low=0, high=3 * _DAYS_OF_A_YEAR,
                factor="inpatient_stays", unit="in the past year",
            ),
        ),
        _sums_of_visits,
    ),
    Derivation(
        (
            Column(
                name="previous_diagnosis_1_group", label="Clinical group of the main diagnosis: the last stay", low=0, high=500,
                factor="inpatient_stays", unit="number of the group", missing=_FIRST_STAY, missing_words=_NONE,
            ),
            Column(
                name="same_diagnosis_1_group", label="Main diagnosis of the same clinical group as in the last stay", low=0,
                high=1, factor="inpatient_stays", kind=Kind.FLAG, missing=_FIRST_STAY, missing_words=_NONE,
                values={0: "another group than before", 1: "the same group as before"},
            ),
            Column(
                name="previous_to_a_facility", label="The last stay ended in a facility for care", low=0, high=1,
                factor="inpatient_stays", kind=Kind.FLAG, values={0: "no", 1: "yes"},
            ),
        ),
        _likeness,
    ),
)  # fmt: skip

CONCEPTS = (
    # one reason, because the stays of the past year and those on record are mostly the same ones
    Concept("inpatient_stays", "Earlier inpatient stays", FactorGroup.PAST_USE, ("inpatient_stays_prior_year",)),
    Concept("emergency_visits", "Emergency visits", FactorGroup.PAST_USE, ("emergency_visits_prior_year",)),
    Concept("outpatient_visits", "Outpatient visits", FactorGroup.PAST_USE, ("outpatient_visits_prior_year",)),
)  # fmt: skip
