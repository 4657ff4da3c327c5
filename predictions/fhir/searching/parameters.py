"""Search parameters: their type, what they ask of a row, and what of a request they accept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from predictions.fhir.caller import uuid_or_none
from predictions.fhir.searching import values
from predictions.fhir.searching.values import Number, Reference, Span, Token, unusable

NOTHING = Q(pk__in=())
_COMPARED = {"gt": "gt", "ge": "gte", "lt": "lt", "le": "lte"}


@dataclass(frozen=True)
class Parameter:
    """`asks` makes a condition of one value; the values of one text are alternatives."""

    name: str
    type: str
    asks: Callable[[str, Any], Q]
    says: str = ""
    modifiers: tuple[str, ...] = ()

    def condition(self, text: str, modifier: str = "") -> Q:
        name = f"{self.name}:{modifier}" if modifier else self.name
        read = _READERS[self.type]
        found = NOTHING
        for part in values.alternatives(name, text):
            found |= self.asks(modifier, read(name, part))
        return found


def by_uuid(name: str, field: str = "public_id", says: str = "") -> Parameter:
    return Parameter(name, "token", lambda _modifier, asked: _is(field, asked.code), says)


def by_code(name: str, field: str, codes: Mapping[str, str] | None = None, *, system: str | None = None) -> Parameter:
    """A column whose value is a code, or stands for one: `codes` maps FHIR's words to ours, more than one to each."""

    def asks(_modifier: str, asked: Token) -> Q:
        if asked.system not in {None, system}:
            return NOTHING
        known = [ours for ours, told in codes.items() if told == asked.code] if codes is not None else [asked.code]
        return Q(**{f"{field}__in": known})

    return Parameter(name, "token", asks)


def by_reference(name: str, resource_type: str, field: str) -> Parameter:
    def asks(_modifier: str, asked: Reference) -> Q:
        if asked.type not in {"", resource_type}:
            return NOTHING
        return _is(field, asked.id)

    return Parameter(name, "reference", asks)


def by_text(name: str, *fields: str) -> Parameter:
    """Begins so, whatever the case; `:exact` and `:contains` as FHIR says."""

    def asks(modifier: str, asked: str) -> Q:
        ending = {"": "istartswith", "exact": "exact", "contains": "icontains"}[modifier]
        found = NOTHING
        for field in fields:
            found |= Q(**{f"{field}__{ending}": asked})
        return found

    return Parameter(name, "string", asks, modifiers=("exact", "contains"))


def by_time(name: str, field: str) -> Parameter:
    """A point in time."""
    return Parameter(name, "date", lambda _modifier, asked: within(field, field, asked))


def by_period(name: str, start: str, end: str) -> Parameter:
    """A period whose open end is not yet known."""
    return Parameter(name, "date", lambda _modifier, asked: within(start, end, asked))


def by_number(name: str, field: str, *, scale: float = 1, says: str = "") -> Parameter:
    """`scale` makes of our number the one that FHIR tells."""

    def asks(_modifier: str, asked: Number) -> Q:
        value = asked.value / scale
        if asked.prefix in _COMPARED:
            return Q(**{f"{field}__{_COMPARED[asked.prefix]}": value})
        half = 0.5 * 10**-2 / scale  # as many digits as are told
        same = Q(**{f"{field}__gte": value - half, f"{field}__lt": value + half})
        return ~same if asked.prefix == "ne" else same

    return Parameter(name, "number", asks, says)


def within(start: str, end: str, asked: Span) -> Q:
    open_end = Q(**{f"{end}__isnull": True})
    conditions = {
        "eq": Q(**{f"{start}__gte": asked.low, f"{end}__lt": asked.high}),
        "ne": ~Q(**{f"{start}__gte": asked.low, f"{end}__lt": asked.high}),
        "gt": Q(**{f"{end}__gte": asked.high}) | open_end,
        "ge": Q(**{f"{end}__gte": asked.low}) | open_end,
        "lt": Q(**{f"{start}__lt": asked.low}),
        "le": Q(**{f"{start}__lt": asked.high}),
        "sa": Q(**{f"{start}__gte": asked.high}),
        "eb": Q(**{f"{end}__lt": asked.low}),
    }
    return conditions[asked.prefix]


def _is(field: str, text: str) -> Q:
    number = uuid_or_none(text)
    return Q(**{field: number}) if number else NOTHING


def _text(name: str, text: str) -> str:
    if not text.strip():
        raise unusable(name)
    return text


_READERS: dict[str, Callable[[str, str], Any]] = {
    "token": values.token,
    "reference": values.reference,
    "date": values.span,
    "string": _text,
    "number": values.number,
}
