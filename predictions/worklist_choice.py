"""What somebody asked the worklist to show: read from the address, checked against what exists, everything else set aside."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from clinical.models import CareUnit
from clinical.models.follow_up import FollowUpState
from predictions.bands import BandName
from predictions.sealed import seal, unseal

ON_THE_WARD, RECENTLY_DISCHARGED, ALL = "ward", "discharged", "all"
VIEWS = {
    ON_THE_WARD: "On the ward now",
    RECENTLY_DISCHARGED: "Discharged in the last 30 days",
    ALL: "All encounters",
}
NOT_SCORED = "not_scored"
BANDS = {**{band.value: band.label for band in reversed(BandName)}, NOT_SCORED: "Not scored"}
NOTHING_RECORDED = "none"
FOLLOW_UPS = {NOTHING_RECORDED: "Nothing recorded", **{state.value: str(state.label) for state in FollowUpState}}
LONGEST_SEARCH_CHARACTERS = 80
_SEARCHABLE = re.compile("[\\w\\s.,'\\N{RIGHT SINGLE QUOTATION MARK}-]+")


@dataclass(frozen=True)
class Column:
    """One way to sort: by which field, and how the order reads in both directions."""

    field: str
    label: str
    upwards: str
    downwards: str
    may_be_empty: bool = False


SORTS = {
    "risk": Column("risk_probability", "30-day readmission risk", "lowest first", "highest first", may_be_empty=True),
    "name": Column("encounter__patient__family_name", "patient name", "A to Z", "Z to A"),
    "born": Column("encounter__patient__birth_date", "date of birth", "oldest first", "youngest first"),
    "record": Column("encounter__patient__medical_record_number", "record number", "lowest first", "highest first"),
    "unit": Column("unit__name", "unit", "A to Z", "Z to A"),
    "admitted": Column("admitted_at", "admission", "earliest first", "latest first"),
    "discharged": Column("discharged_at", "discharge", "earliest first", "latest first", may_be_empty=True),
    "follow_up": Column("follow_up_at", "last follow-up", "longest ago first", "latest first", may_be_empty=True),
}
BY_RISK = "-risk"


@dataclass(frozen=True)
class Place:
    """Where in the sorted list a page starts or ends: the sort value and the encounter that breaks ties."""

    value: Any
    encounter: int
    backwards: bool = False


@dataclass(frozen=True)
class Choice:
    """View, filters, sort and place; the defaults are the list a nurse starts her shift with."""

    view: str = ON_THE_WARD
    unit: CareUnit | None = None
    band: str = ""
    follow_up: str = ""
    search: str = ""
    sort: str = BY_RISK
    place: Place | None = None

    @property
    def column(self) -> Column:
        return SORTS[self.sort.removeprefix("-")]

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def sorted_by(self) -> str:
        """The order in words, as it stands above the list."""
        return f"{self.column.label}, {self.column.downwards if self.descending else self.column.upwards}"

    @property
    def filters(self) -> list[tuple[str, str]]:
        """What narrows the list: (name of the filter, value in words)."""
        narrowed = [
            ("unit", self.unit.name if self.unit else ""),
            ("risk band", BANDS.get(self.band, "")),
            ("follow-up", FOLLOW_UPS.get(self.follow_up, "")),
            ("search", f"“{self.search}”" if self.search else ""),
        ]
        return [(name, value) for name, value in narrowed if value]

    def at(self, place: Place | None) -> str:
        """The query string of another page of the same list."""
        return replace(self, place=place).query

    def with_view(self, view: str) -> str:
        return replace(self, view=view, place=None).query

    def sorted_on(self, name: str) -> str:
        """The query string that sorts by a column: the way that is useful first, the other way when asked again."""
        first, second = (f"-{name}", name) if name in {"risk", "admitted", "discharged", "follow_up"} else (name, f"-{name}")
        return replace(self, sort=second if self.sort == first else first, place=None).query

    @property
    def unfiltered(self) -> str:
        return Choice(view=self.view, sort=self.sort).query

    @property
    def query(self) -> str:
        """The choice as a query string that names no patient; defaults are left out."""
        parts = {
            "view": self.view if self.view != ON_THE_WARD else "",
            "unit": self.unit.code if self.unit else "",
            "band": self.band,
            "follow_up": self.follow_up,
            "search": seal(self.search) if self.search else "",
            "sort": self.sort if self.sort != BY_RISK else "",
            "page": seal([self.sort, self.place.value, self.place.encounter, self.place.backwards]) if self.place else "",
        }
        return urlencode({name: value for name, value in parts.items() if value})


def read(parameters: QueryDict, units: Sequence[CareUnit]) -> tuple[Choice, bool]:
    """The choice in an address, and whether parts of it had to be set aside because they mean nothing."""
    reader = _Reader(parameters)
    choice = Choice(
        view=reader.one_of("view", VIEWS, ON_THE_WARD),
        unit=next((unit for unit in units if unit.code == reader.one_of("unit", {unit.code for unit in units}, "")), None),
        band=reader.one_of("band", BANDS, ""),
        follow_up=reader.one_of("follow_up", FOLLOW_UPS, ""),
        search=reader.sealed_search(),
        sort=reader.one_of("sort", {way for name in SORTS for way in (name, f"-{name}")}, BY_RISK),
    )
    choice = replace(choice, place=reader.sealed_place(choice.sort))
    return choice, reader.set_something_aside()


def cleaned_search(text: str) -> str:
    """A name or record number as typed, or nothing where it holds what neither can hold."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_SEARCH_CHARACTERS and _SEARCHABLE.fullmatch(text) else ""


class _Reader:
    """Takes each known parameter once; what is left over, doubled or not among the answers is set aside."""

    def __init__(self, parameters: QueryDict) -> None:
        self.parameters = parameters
        self.aside = any(len(values) > 1 for _name, values in parameters.lists())
        self.known: set[str] = set()

    def one_of(self, name: str, answers: Any, default: str) -> str:
        value = self._value(name)
        if value and value not in answers:
            self.aside = True
        return value if value in answers and value else default

    def sealed_search(self) -> str:
        token = self._value("search")
        found = unseal(token) if token else ""
        search = cleaned_search(found) if isinstance(found, str) else ""
        self.aside |= bool(token) and not search
        return search

    def sealed_place(self, sort: str) -> Place | None:
        token = self._value("page")
        match unseal(token) if token else None:
            case [str(of_sort), value, int(encounter), bool(backwards)] if of_sort == sort:
                return Place(value, encounter, backwards)
        self.aside |= bool(token)
        return None

    def set_something_aside(self) -> bool:
        return self.aside or bool(set(self.parameters) - self.known)

    def _value(self, name: str) -> str:
        self.known.add(name)
        values = self.parameters.getlist(name)
        return values[0] if len(values) == 1 else ""
