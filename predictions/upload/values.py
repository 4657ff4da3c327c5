"""Cells and JSON values as the values they stand for. Strict: nothing is guessed, and nothing is rounded or clipped."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

_WHOLE = re.compile(r"[0-9]{1,9}")  # no \d: the digits of other scripts are refused
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_TRUTHS = {"true": True, "yes": True, "false": False, "no": False}
NO_DRUGS = "none"


class Refused(ValueError):  # noqa: N818  read as a word: the value was refused
    """The value is not of its kind; the message says what was expected and never repeats the value."""


def text(cell: str) -> str:
    return cell


def as_it_is(value: Any) -> Any:
    """Judged by the facts' own checks, which are strict about kinds."""
    return value


def whole_number(cell: str) -> int:
    if not _WHOLE.fullmatch(cell):
        msg = "must be a whole number in the digits 0 to 9, such as 12"
        raise Refused(msg)
    return int(cell)


def truth(cell: str) -> bool:
    known = _TRUTHS.get(cell.lower())
    if known is None:
        msg = "must be true or false"
        raise Refused(msg)
    return known


def day(value: Any) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        msg = "must be a day such as 1951-04-02: year, month, day"
        raise Refused(msg)
    try:
        return date.fromisoformat(value)
    except ValueError:
        msg = "is no day of the calendar"
        raise Refused(msg) from None


def moment(value: Any) -> datetime:
    """In UTC, whatever offset it was told with."""
    told = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if told is None:
        msg = "must be a day and a time such as 2026-11-20 14:05"
        raise Refused(msg)
    try:
        at = datetime.fromisoformat(f"{told[1]}T{told[2]}{(told[3] or '+00:00').replace('Z', '+00:00')}")
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        msg = "is no time of the calendar"
        raise Refused(msg) from None


def drugs(cell: str) -> dict[str, str]:
    """`insulin=up metformin=steady`."""
    if cell.lower() == NO_DRUGS:
        return {}
    pairs = [part.partition("=") for part in cell.split()]
    if any(not sign or not drug or not change for drug, sign, change in pairs):
        msg = "must be written like insulin=up metformin=steady, or none"
        raise Refused(msg)
    if len({drug for drug, _sign, _change in pairs}) < len(pairs):
        msg = "names a drug twice"
        raise Refused(msg)
    return {drug: change for drug, _sign, change in pairs}
