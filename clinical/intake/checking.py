"""What can be true of a stay: every fault of a report at once, by the name of the fact.

Types are strict: a count is a whole number and never a text, a truth is no number. Nothing is clipped, and nothing is
taken for something that was not said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils import timezone

from clinical.code_lists import (
    AGE_BANDS,
    DRUGS,
    WEIGHT_BANDS,
    A1cResult,
    AdmissionSource,
    AdmissionType,
    DischargeDisposition,
    DrugChange,
    GlucoseResult,
    Race,
    Sex,
)
from clinical.errors import Fault
from clinical.intake.facts import PatientFacts, StayReport

Check = Callable[[Any], str]  # what is wrong, or nothing
OLDEST_YEARS = 125
FUTURE_SLACK = timedelta(hours=24)  # clocks differ, and a planned time is not a fact
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LONGEST_STAY_DAYS = 365
_ICD9 = re.compile(r"(?:\d{3}(?:\.\d{1,2})?|V\d{2}(?:\.\d{1,2})?|E\d{3}(?:\.\d)?)", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def faults_of(report: StayReport, *, is_new: bool) -> list[Fault]:
    """Everything that is wrong with it; a new stay has to say more than a correction."""
    faults = [*_of_the_patient(report.patient), *_of_the_times(report, is_new=is_new)]
    faults += _text_faults("visit_number", report.visit_number, most=64)
    for name, value in report.attributes.items():
        check = ATTRIBUTE_CHECKS.get(name)
        message = check(value) if check else "is no fact that is kept of a stay"
        if message:
            faults.append(Fault(name, message))
    return faults


def _of_the_patient(patient: PatientFacts) -> Iterator[Fault]:
    yield from _text_faults("medical_record_number", patient.medical_record_number, most=32)
    yield from _text_faults("family_name", patient.family_name, most=80)
    yield from _text_faults("given_name", patient.given_name, most=80)
    if patient.sex not in Sex.values:
        yield Fault("sex", f"must be one of {_listed(Sex.values)}")
    born = patient.birth_date
    if born is None:
        yield Fault("birth_date", "is needed")
    elif not _is_plausible_birth(born):
        yield Fault("birth_date", f"must lie within the past {OLDEST_YEARS} years")


def _is_plausible_birth(born: date) -> bool:
    today = timezone.now().date()
    return today.year - OLDEST_YEARS <= born.year and born <= today


def _of_the_times(report: StayReport, *, is_new: bool) -> Iterator[Fault]:
    admitted, discharged, latest = report.admitted_at, report.discharged_at, timezone.now() + FUTURE_SLACK
    if admitted is None and is_new:
        yield Fault("admitted_at", "is needed")
    for name, at in (("admitted_at", admitted), ("discharged_at", discharged)):
        if at is not None and at.tzinfo is None:
            yield Fault(name, "must say its offset from UTC")
            return
        if at is not None and not EARLIEST <= at <= latest:
            yield Fault(name, "must lie after 1990 and not in the future")
    if admitted and discharged and discharged < admitted:
        yield Fault("discharged_at", "lies before the admission")
    elif admitted and discharged and discharged - admitted > timedelta(days=LONGEST_STAY_DAYS):
        yield Fault("discharged_at", f"lies more than {LONGEST_STAY_DAYS} days after the admission")
    born = report.patient.birth_date
    if admitted and born and admitted.date() < born:
        yield Fault("admitted_at", "lies before the birth")


def _text_faults(name: str, value: object, *, most: int) -> Iterator[Fault]:
    if not isinstance(value, str) or not value.strip():
        yield Fault(name, "is needed")
    elif len(value) > most:
        yield Fault(name, f"must have at most {most} characters")
    elif _CONTROL.search(value) or any(unicodedata.category(character) in {"Cf", "Co", "Cs"} for character in value):
        yield Fault(name, "holds characters that cannot be seen")


def _count(low: int, high: int) -> Check:
    def check(value: Any) -> str:
        if value is None:
            return ""
        if type(value) is not int:
            return "must be a whole number"
        return "" if low <= value <= high else f"must lie between {low} and {high}"

    return check


def _one_of(values: Mapping[Any, Any] | tuple[Any, ...] | list[Any], *, kind: type) -> Check:
    known = frozenset(values)

    def check(value: Any) -> str:
        return "" if type(value) is kind and value in known else f"must be one of {_listed(sorted(known))}"

    return check


def _truth(value: Any) -> str:
    return "" if value is None or type(value) is bool else "must be true or false"


def _diagnosis(value: Any) -> str:
    if not isinstance(value, str):
        return "must be a text"
    return "" if value == "" or _ICD9.fullmatch(value) else "must be an ICD-9-CM code such as 250.83, V58 or E885.9"


def _plain(most: int) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str):
            return "must be a text"
        return "; ".join(fault.message for fault in _text_faults("", value, most=most)) if value else ""

    return check


def _drugs(value: Any) -> str:
    if not isinstance(value, dict):
        return "must say of each drug what happened to its dose"
    unknown = sorted(set(value) - set(DRUGS))
    if unknown:
        return f"holds a drug that is not on the list; known are {_listed(DRUGS)}"
    if any(change not in DrugChange.values for change in value.values()):
        return f"must say of each drug one of {_listed(DrugChange.values)}; leave out what was not prescribed"
    return ""


def _listed(values: Any) -> str:
    return ", ".join(repr(value) if isinstance(value, str) else str(value) for value in values)


ATTRIBUTE_CHECKS: dict[str, Check] = {
    "age_band": _one_of(AGE_BANDS, kind=str),
    "race": _one_of([str(value) for value in Race.values], kind=str),
    "sex": _one_of([str(value) for value in Sex.values], kind=str),
    "weight_band": _one_of(("", *WEIGHT_BANDS), kind=str),
    "payer_code": _plain(8),
    "medical_specialty": _plain(48),
    "admission_type": _one_of(list(AdmissionType.values), kind=int),
    "admission_source": _one_of(list(AdmissionSource.values), kind=int),
    "discharge_disposition": _one_of(list(DischargeDisposition.values), kind=int),
    "length_of_stay_days": _count(0, LONGEST_STAY_DAYS),
    "lab_procedures_count": _count(0, 1000),
    "procedures_count": _count(0, 100),
    "medications_count": _count(0, 300),
    "outpatient_visits_prior_year": _count(0, 1000),
    "emergency_visits_prior_year": _count(0, 1000),
    "inpatient_stays_prior_year": _count(0, 1000),
    "diagnoses_count": _count(0, 30),
    "diagnosis_1": _diagnosis,
    "diagnosis_2": _diagnosis,
    "diagnosis_3": _diagnosis,
    "max_glucose_serum": _one_of([str(value) for value in GlucoseResult.values], kind=str),
    "a1c_result": _one_of([str(value) for value in A1cResult.values], kind=str),
    "drugs": _drugs,
    "any_drug_changed": _truth,
    "on_diabetes_medication": _truth,
}
