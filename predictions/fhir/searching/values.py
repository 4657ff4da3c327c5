"""What a search parameter's text says, by FHIR's types. What cannot be read is refused, and never left out in silence."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from predictions.fhir.outcomes import ResourcesRefusedError, refused

_PREFIXED = re.compile(r"(eq|ne|gt|lt|ge|le|sa|eb|ap)?(.+)")
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?)?)?", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,6})?", re.ASCII)
_SPLIT = re.compile(r"(?<!\\),")
MOST_ALTERNATIVES, MOST_CHARACTERS = 50, 500


@dataclass(frozen=True)
class Token:
    """`system` is None where none was asked for, and empty where none must be there."""

    system: str | None
    code: str


@dataclass(frozen=True)
class Reference:
    """`type` is empty where only an id was given."""

    type: str
    id: str


@dataclass(frozen=True)
class Span:
    """A date as FHIR means it: all the time that its digits leave open, from `low` up to `high`."""

    prefix: str
    low: datetime
    high: datetime


@dataclass(frozen=True)
class Number:
    """With its comparison."""

    prefix: str
    value: float


def alternatives(name: str, text: str) -> list[str]:
    parts = [part.replace("\\,", ",") for part in _SPLIT.split(text)]
    if len(text) > MOST_CHARACTERS or len(parts) > MOST_ALTERNATIVES or not all(parts) or "\x00" in text:
        raise unusable(name)
    return parts


def token(_name: str, text: str) -> Token:
    system, bar, code = text.partition("|")
    return Token(system, code) if bar else Token(None, text)


def reference(name: str, text: str) -> Reference:
    """`Type/id`, an address that ends so, or the id alone."""
    parts = text.rstrip("/").split("/")
    if len(parts) == 1:
        return Reference("", parts[0])
    if not parts[-1] or not parts[-2].isalpha():
        raise unusable(name)
    return Reference(parts[-2], parts[-1])


def span(name: str, text: str) -> Span:
    matched = _PREFIXED.fullmatch(text)
    prefix, digits = (matched.group(1) or "eq", matched.group(2)) if matched else ("", "")
    found = _DATE.fullmatch(digits)
    if found is None or prefix == "ap":
        raise unusable(name)
    try:
        low, width = _low_and_width(found)
        return Span(prefix, low, low + width)
    except (ValueError, OverflowError):
        raise unusable(name) from None


def number(name: str, text: str) -> Number:
    matched = _PREFIXED.fullmatch(text)
    prefix, digits = (matched.group(1) or "eq", matched.group(2)) if matched else ("", "")
    if not _NUMBER.fullmatch(digits) or prefix in {"sa", "eb", "ap"}:
        raise unusable(name)
    return Number(prefix, float(digits))


def unusable(name: str) -> ResourcesRefusedError:
    return refused(f"The value of the search parameter {name} cannot be read.", kind="value", status=400)


def _low_and_width(found: re.Match[str]) -> tuple[datetime, timedelta]:
    year, month, day, hour, minute, second, zone = found.groups()
    if hour is not None:
        offset = "+00:00" if zone in {None, "Z"} else zone
        whole = f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}{offset}"
        return datetime.fromisoformat(whole).astimezone(UTC), timedelta(seconds=1) if second else timedelta(minutes=1)
    if day is not None:
        return datetime(int(year), int(month), int(day), tzinfo=UTC), timedelta(days=1)
    if month is not None:
        days = monthrange(int(year), int(month))[1]
        return datetime(int(year), int(month), 1, tzinfo=UTC), timedelta(days=days)
    low = datetime(int(year), 1, 1, tzinfo=UTC)
    return low, datetime(int(year) + 1, 1, 1, tzinfo=UTC) - low
