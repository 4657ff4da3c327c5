"""From a message to what it tells, in our own names. A code that is on no table is said to be unknown, and never guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import Enum
from typing import Any

from clinical.code_lists import AdmissionSource, AdmissionType, DischargeDisposition, Race
from clinical.intake.facts import PatientFacts, StayReport
from predictions.fhir.taking.codes import HISPANIC, RACES, icd9_of_icd10
from predictions.hl7v2 import codes, times
from predictions.hl7v2.answers import (
    ERROR,
    FIELD_MISSING,
    NOT_IN_TABLE,
    REJECTED,
    WRONG_EVENT,
    WRONG_MESSAGE,
    WRONG_TYPE,
    Remark,
)
from predictions.hl7v2.answers import MessageRefusedError as Refused
from predictions.hl7v2.reading import Message, Segment


class Effect(Enum):
    """What an event does."""

    KEEP = "keep"
    CANCEL_ADMISSION = "cancel admission"
    CANCEL_DISCHARGE = "cancel discharge"
    MERGE = "merge"


EFFECTS = {
    "A01": Effect.KEEP, "A02": Effect.KEEP, "A03": Effect.KEEP, "A04": Effect.KEEP, "A08": Effect.KEEP,
    "A11": Effect.CANCEL_ADMISSION, "A13": Effect.CANCEL_DISCHARGE, "A40": Effect.MERGE,
}  # fmt: skip
DISCHARGE = "A03"
WITHDRAWN = frozenset({"D", "W", "X"})  # OBX-11, table 0085: an observation that no longer holds
DRUG = "drug."
_TRUTHS = frozenset({"any_drug_changed", "on_diabetes_medication"})
_CODES = frozenset({"admission_type", "admission_source", "discharge_disposition", "length_of_stay_days"})


@dataclass
class Told:
    """Facts as they are gathered, where each stood, and what was left out."""

    attributes: dict[str, Any] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=lambda: dict(codes.PLACES))
    remarks: list[Remark] = field(default_factory=list)


def effect_of(message: Message) -> Effect:
    heading = message.heading
    if heading.kind != "ADT":
        raise Refused(REJECTED, Remark("MSH^1^9^1^1", WRONG_MESSAGE, "only ADT messages are taken"))
    if heading.event not in EFFECTS:
        raise Refused(REJECTED, Remark("MSH^1^9^1^2", WRONG_EVENT, f"the events {', '.join(EFFECTS)} are taken"))
    return EFFECTS[heading.event]


def told_at(message: Message, *, at_home: tzinfo) -> datetime:
    """When the sender recorded it: EVN-2, else the message's own time."""
    recorded = next((event.value(2) for event in message.all("EVN")), "")
    place, text = ("EVN^1^2", recorded) if recorded else ("MSH^1^7", message.one("MSH").value(7))
    at = times.moment(text, at_home=at_home)
    if at is None:
        raise Refused(ERROR, Remark(place, WRONG_TYPE if text else FIELD_MISSING, "must be a time of at least minutes"))
    return at


def record_number(repetitions: tuple[tuple[str, ...], ...]) -> str:
    """The repetition whose type is MR, else the first."""
    typed = (each[0] for each in repetitions if len(each) > 4 and each[4] == "MR")  # noqa: PLR2004  CX-5
    return next(typed, next((each[0] for each in repetitions if each), ""))


def is_inpatient(message: Message) -> bool:
    return message.one("PV1").value(2) in codes.INPATIENT


def report_of(message: Message, *, at_home: tzinfo) -> tuple[StayReport, Told]:
    """The stay as it was told. A time that cannot be read is refused here; all else is for the intake to judge."""
    person, visit = message.one("PID"), message.one("PV1")
    told = Told()
    _of_the_visit(visit, told)
    _of_the_person(person, told)
    _of_diagnoses(message, told)
    _of_observations(message, told)
    patient = PatientFacts(
        medical_record_number=record_number(person.repetitions(3)),
        family_name=person.value(5, 1), given_name=person.value(5, 2),
        birth_date=times.day(person.value(7)), sex=codes.SEXES.get(person.value(8), "unknown"),
    )  # fmt: skip
    report = StayReport(
        patient=patient, visit_number=visit.value(19), unit=visit.value(3),
        admitted_at=_time(visit, 44, at_home), discharged_at=_time(visit, 45, at_home), attributes=told.attributes,
    )  # fmt: skip
    return report, told


def _time(visit: Segment, number: int, at_home: tzinfo) -> datetime | None:
    text = visit.value(number)
    at = times.moment(text, at_home=at_home)
    if text and at is None:
        raise Refused(ERROR, Remark(f"{visit.place}^{number}", WRONG_TYPE, "must be a time of at least minutes"))
    return at


def _of_the_visit(visit: Segment, told: Told) -> None:
    _coded(visit, 4, "admission_type", table=codes.ADMISSION_TYPES, otherwise=AdmissionType.NOT_MAPPED, told=told)
    _coded(visit, 14, "admission_source", table=codes.ADMIT_SOURCES, otherwise=AdmissionSource.NOT_MAPPED, told=told)
    _coded(visit, 36, "discharge_disposition", table=codes.DISPOSITIONS, otherwise=DischargeDisposition.NOT_MAPPED, told=told)
    for number, name in ((10, "medical_specialty"), (20, "payer_code")):
        if visit.value(number):
            told.attributes[name] = visit.value(number)


def _coded(visit: Segment, number: int, name: str, *, table: Mapping[str, int], otherwise: int, told: Told) -> None:
    code = visit.value(number)
    if not code:
        return
    known = table.get(code.lstrip("0"))
    told.attributes[name] = int(otherwise if known is None else known)
    if known is None:
        told.remarks.append(Remark(f"{visit.place}^{number}", NOT_IN_TABLE, "the code is on no table: kept as not mapped", "W"))


def _of_the_person(person: Segment, told: Told) -> None:
    code = person.value(10)
    if code:
        race = Race.HISPANIC if HISPANIC in {code, person.value(22)} else RACES.get(code)
        if race is None:
            told.remarks.append(Remark(f"{person.place}^10", NOT_IN_TABLE, "the code is on no table: left out", "W"))
        else:
            told.attributes["race"] = str(race)


def _of_diagnoses(message: Message, told: Told) -> None:
    found = list(message.all("DG1"))
    kept = [code for segment in found if (code := _diagnosis(segment, told))]
    for number, code in enumerate(kept[:3], start=1):
        told.attributes[f"diagnosis_{number}"] = code
    if message.heading.event == DISCHARGE:  # what a stay ended with is counted; what it began with is not all
        for name, count in (("diagnoses_count", len(found)), ("procedures_count", len(list(message.all("PR1"))))):
            if count:
                told.attributes[name] = count


def _diagnosis(segment: Segment, told: Told) -> str | None:
    code, system = segment.value(3), segment.value(3, 3).upper() or segment.value(2).upper()
    known = code.upper() if system in codes.ICD9 else icd9_of_icd10(code) if system in codes.ICD10 else None
    if code and known is None:
        told.remarks.append(Remark(f"{segment.place}^3", NOT_IN_TABLE, "no ICD-9-CM code is known for it: left out", "W"))
    return known


def _of_observations(message: Message, told: Told) -> None:
    for segment in message.all("OBX"):
        if segment.value(3, 3) != codes.OURS or segment.value(11) in WITHDRAWN:
            continue
        name, text = segment.value(3), segment.value(5)
        if name.startswith(DRUG):
            told.attributes.setdefault("drugs", {})[name.removeprefix(DRUG)] = text
            told.places.setdefault("drugs", f"{segment.place}^5")
        else:
            told.attributes[name] = _typed(name, text)
            told.places[name] = f"{segment.place}^5"


def _typed(name: str, text: str) -> Any:
    """As the intake wants it; what cannot be made so stays a text, which the intake refuses by name."""
    if name in _TRUTHS:
        return codes.TRUTHS.get(text, text)
    is_count = name.endswith(("_count", "_prior_year")) or name in _CODES
    return int(text) if is_count and text.isascii() and text.isdigit() and len(text) < 6 else text  # noqa: PLR2004


def located(faults: Iterator[tuple[str, str]], told: Told) -> Iterator[Remark]:
    """The intake's faults, each where its fact stood."""
    for name, message in faults:
        known = name.isidentifier() and len(name) < 40  # noqa: PLR2004  a name from outside is not repeated
        code = FIELD_MISSING if message == "is needed" else NOT_IN_TABLE if "one of" in message else WRONG_TYPE
        yield Remark(told.places.get(name, "OBX"), code, f"{name if known else 'a fact'}: {message}")
