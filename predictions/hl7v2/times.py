"""HL7's times: `YYYYMMDDHHMM[SS[.S]][+-ZZZZ]`. One without an offset is read by the hospital's own clock."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

_TIME = re.compile(r"(\d{12})(\d{2})?(?:\.\d{1,6})?(?:([+-])(\d{2})(\d{2}))?", re.ASCII)
_DATE = re.compile(r"(\d{8})(?:\d{4}.*)?", re.ASCII)


def moment(text: str, *, at_home: tzinfo) -> datetime | None:
    """In UTC; None where it is no time of at least minutes. An hour that a clock shows twice is the earlier one."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    try:
        plain = datetime.strptime(found[1] + (found[2] or "00"), "%Y%m%d%H%M%S")  # noqa: DTZ007  the offset follows
        return plain.replace(tzinfo=_offset(found) or at_home).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def day(text: str) -> date | None:
    found = _DATE.fullmatch(text)
    try:
        return datetime.strptime(found[1], "%Y%m%d").date() if found else None  # noqa: DTZ007  a day of birth has no zone
    except ValueError:
        return None


def _offset(found: re.Match[str]) -> tzinfo | None:
    if found[3] is None:
        return None
    ahead = timedelta(hours=int(found[4]), minutes=int(found[5]))
    return timezone(ahead if found[3] == "+" else -ahead)
