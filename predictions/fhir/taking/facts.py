"""What single resources say, in our own names. Pure: JSON that has FHIR's shape goes in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from clinical.intake.facts import PatientFacts
from predictions.fhir.caller import Resource
from predictions.fhir.names import FACT, UNIT, US_RACE
from predictions.fhir.taking import codes

RECORD_NUMBER_TYPE, VISIT_NUMBER_TYPE = "MR", "VN"
IN_PATIENT = frozenset({"IMP", "ACUTE", "NONAC"})
OUT_PATIENT, EMERGENCY = frozenset({"AMB", "HH", "VR", "OBSENC", "SS", "FLD"}), "EMER"
PLAUSIBLE_YEARS, LONGEST_NAME = range(1900, 2200), 40
_SEXES = {"male": "male", "female": "female"}
_ETHNICITY = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity"


def patient_facts(patient: Resource) -> PatientFacts:
    """The official name before any other; a number of the type MR before any other."""
    name = _chosen_name(patient)
    return PatientFacts(
        medical_record_number=number_of(patient, RECORD_NUMBER_TYPE),
        family_name=str(name.get("family", "")),
        given_name=" ".join(part for part in name.get("given", []) if part),
        birth_date=_day(patient.get("birthDate")),
        sex=_SEXES.get(str(patient.get("gender")), "unknown"),
    )


def race(patient: Resource) -> str | None:
    """In the data set's groups, of which Hispanic is one; None where nothing was told."""
    if codes.HISPANIC in _categories(patient, _ETHNICITY):
        return "hispanic"
    known = {codes.RACES[code] for code in _categories(patient, US_RACE) if code in codes.RACES}
    if not known:
        return None
    return str(known.pop().value) if len(known) == 1 else "other"


def number_of(resource: Resource, kind: str) -> str:
    """The identifier of the kind, or else the first that has a value."""
    identifiers = [part for part in resource.get("identifier", []) if part.get("value")]
    typed = [part for part in identifiers if kind in codes_of(part.get("type"))]
    chosen = (typed or identifiers)[:1]
    return str(chosen[0]["value"]) if chosen else ""


def unit_of(encounter: Resource) -> str:
    """The code of the ward, by our system; else the last location that is told, by its identifier or name."""
    places = [part.get("location", {}) for part in encounter.get("location", []) if part.get("status") != "completed"]
    identifiers = [place.get("identifier", {}) for place in places]
    ours = [part["value"] for part in identifiers if part.get("system") == UNIT and part.get("value")]
    named = [part["value"] for part in identifiers if part.get("value")]
    return str((ours or named or [""])[-1])


def class_of(encounter: Resource) -> str:
    return str(encounter.get("class", {}).get("code", ""))


def admitted_at(encounter: Resource) -> datetime | None:
    return moment(encounter.get("period", {}).get("start"))


def discharged_at(encounter: Resource) -> datetime | None:
    """The end of what has ended: of a stay that goes on it is a plan."""
    if encounter.get("status") != "finished":
        return None
    return moment(encounter.get("period", {}).get("end"))


def moment(text: str | None) -> datetime | None:
    """A day without a time is midnight UTC; a year or month alone is no moment."""
    if not text or len(text) < len("2026-11-20"):
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if at.year not in PLAUSIBLE_YEARS:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def told_at(resource: Resource) -> datetime | None:
    return moment(resource.get("meta", {}).get("lastUpdated"))


def facts_by_name(resource: Resource) -> dict[str, Any]:
    """Attributes that the sender tells by their own names."""
    told: dict[str, Any] = {}
    for extension in resource.get("extension", []):
        url = str(extension.get("url", ""))
        if url.startswith(FACT):
            told[url.removeprefix(FACT)[:LONGEST_NAME]] = next(
                (value for name, value in extension.items() if name.startswith("value")), None
            )
    return told


def codes_of(concept: Mapping[str, Any] | None) -> list[str]:
    return [code for _system, code in codings_of(concept)]


def codings_of(concept: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    codings = (concept or {}).get("coding", [])
    return [(str(coding.get("system", "")), str(coding.get("code", ""))) for coding in codings]


def texts_of(concept: Mapping[str, Any] | None) -> Iterator[str]:
    """What it is called, in any of its wordings."""
    for part in (concept or {}, *(concept or {}).get("coding", [])):
        text = part.get("text") or part.get("display")
        if text:
            yield str(text)


def is_in_error(resource: Resource) -> bool:
    return resource.get("status") == "entered-in-error" or "entered-in-error" in codes_of(resource.get("verificationStatus"))


def _chosen_name(patient: Resource) -> dict[str, Any]:
    names = patient.get("name", [])
    official = [name for name in names if name.get("use") == "official"]
    chosen: dict[str, Any] = ((official or names)[:1] or [{}])[0]
    return chosen


def _categories(patient: Resource, url: str) -> set[str]:
    outer = [part for part in patient.get("extension", []) if part.get("url") == url]
    inner = [part for extension in outer for part in extension.get("extension", [])]
    return {str(part.get("valueCoding", {}).get("code")) for part in inner if part.get("url") == "ombCategory"}


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
