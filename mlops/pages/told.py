"""Times and spans as pages tell them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def age(since: datetime, *, now: datetime | None = None) -> str:
    """How long ago, in one unit."""
    passed = (now or timezone.now()) - since
    if passed < MINUTE:
        return "less than a minute"
    return span(passed)


def span(length: timedelta) -> str:
    """A length in the largest unit that fits, and seconds below a minute."""
    if length < MINUTE:
        seconds = length.total_seconds()
        return f"{seconds:.0f} s" if seconds >= 1 else "less than 1 s"
    for unit, name in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if length >= unit:
            count = int(length / unit)
            return f"{count} {name}{'s' if count > 1 else ''}"
    return ""


def who(person: object | None) -> str:
    """A name, or the system."""
    return str(person) if person is not None else "the system"
