"""Where a page of the worklist lies: which encounters, in the order asked for, found by place and not by number.

Each unit's first rows come from its own index and only those are merged, so that a page costs the same at a million
encounters as at a thousand. No OFFSET; ties are broken by the encounter, so that no row is shown twice or left out.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, reduce
from typing import Any

from django.db.models import Expression, F, Q, Value
from django.db.models.functions import Concat
from django.utils import timezone

from clinical.models import CareUnit, Patient
from predictions.models import WorklistEntry
from predictions.worklist_choice import NOT_SCORED, NOTHING_RECORDED, ON_THE_WARD, RECENTLY_DISCHARGED, Choice, Place

PAGE_ROWS = 50
RECENT = timedelta(days=30)
MOST_PATIENTS_LISTED = 2_000


@dataclass(frozen=True)
class Question:
    """What was asked for, and of which units."""

    choice: Choice
    units: Sequence[CareUnit]
    asked_at: datetime = field(default_factory=timezone.now)

    def entries(self, *units: CareUnit) -> Any:
        """The lines that the view and the filters leave, of all units or of these."""
        choice = self.choice
        entries = WorklistEntry.objects.filter(unit__in=units or self.units)
        if choice.view == ON_THE_WARD:
            entries = entries.filter(discharged_at__isnull=True)
        elif choice.view == RECENTLY_DISCHARGED:
            entries = entries.filter(discharged_at__gte=self.asked_at - RECENT)
        if choice.band == NOT_SCORED:
            entries = entries.filter(risk_probability__isnull=True)
        elif choice.band:
            entries = entries.filter(band=choice.band)
        if choice.follow_up:
            entries = entries.filter(follow_up_state="" if choice.follow_up == NOTHING_RECORDED else choice.follow_up)
        return entries.filter(self._is_searched_for) if choice.search else entries

    @cached_property
    def _is_searched_for(self) -> Q:
        """The patients are looked up once, and not again for each unit and count; unless they are too many to list."""
        found = Patient.objects.filter(_named(self.choice.search)).values_list("pk", flat=True)[: MOST_PATIENTS_LISTED + 1]
        patients = list(found)
        if len(patients) > MOST_PATIENTS_LISTED:
            return _named(self.choice.search, of="encounter__patient__")
        return Q(encounter__patient__in=patients)


def _named(search: str, *, of: str = "") -> Q:
    """Each word begins a family name, a given name or a record number."""
    fields = ("family_name", "given_name", "medical_record_number")
    words = search.replace(",", " ").split()
    each = (reduce(operator.or_, (Q(**{f"{of}{name}__istartswith": word}) for name in fields)) for word in words)
    return reduce(operator.and_, each, Q())


@dataclass(frozen=True)
class Found:
    """A page's encounters, and where the pages beside it start."""

    places: list[Place]
    previous: Place | None
    following: Place | None


def find(question: Question, *, has_empty: bool) -> Found:
    """The page that the choice points at. `has_empty`: there are rows without a value to sort by; they follow all others."""
    return _Finder(question).found(has_empty=has_empty)


class _Finder:
    """Finds a page's encounters: rows with a value in the sorted column, then those without."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.choice = choice = question.choice
        self.start = choice.place
        self.backwards = choice.place is not None and choice.place.backwards
        self.downwards = choice.descending != self.backwards

    def found(self, *, has_empty: bool) -> Found:
        places: list[Place] = []
        parts = [False, True] if has_empty else [False]
        for empty in reversed(parts) if self.backwards else parts:
            if len(places) <= PAGE_ROWS and not self._is_behind(empty=empty):
                places += self._part(empty=empty, limit=PAGE_ROWS + 1 - len(places))
        more = len(places) > PAGE_ROWS
        places = places[:PAGE_ROWS]
        if self.backwards:
            places.reverse()
        return Found(
            places=places,
            previous=self._edge(places, 0, backwards=True) if (more if self.backwards else self.start) else None,
            following=self._edge(places, -1, backwards=False) if (self.start if self.backwards else more) else None,
        )

    def _edge(self, places: list[Place], index: int, *, backwards: bool) -> Place | None:
        edge = places[index] if places else self.start  # the rows beyond may have gone since the link was made
        return Place(edge.value, edge.encounter, backwards) if edge else None

    def _is_behind(self, *, empty: bool) -> bool:
        """Whether a part lies wholly on the side we come from."""
        if self.start is None:
            return False
        return (self.start.value is None) != empty and empty == self.backwards

    def _part(self, *, empty: bool, limit: int) -> list[Place]:
        """The next places in one part, merged from each unit's own first ones."""
        order = [f"{'-' if self.downwards else ''}value"] if not empty else []
        order.append("-encounter_id" if self.backwards else "encounter_id")
        each = [self._of_unit(unit, empty=empty).order_by(*order)[:limit] for unit in self.question.units]
        if not each:
            return []
        merged = each[0].union(*each[1:], all=True).order_by(*order)[:limit] if len(each) > 1 else each[0]
        return [Place(_as_json(row["value"]), row["encounter_id"]) for row in merged]

    def _of_unit(self, unit: CareUnit, *, empty: bool) -> Any:
        entries = self.question.entries(unit).annotate(value=_sort_value(self.choice.column.field))
        entries = entries.filter(value__isnull=empty) if self.choice.column.may_be_empty else entries
        if self.start is not None and (self.start.value is None) == empty:
            entries = entries.filter(self._beyond(self.start, empty=empty))
        return entries.values("encounter_id", "value")

    def _beyond(self, start: Place, *, empty: bool) -> Q:
        tie = Q(**{f"encounter_id__{'lt' if self.backwards else 'gt'}": start.encounter})
        if empty:
            return tie
        side = "lt" if self.downwards else "gt"
        # the first condition bounds the index scan, the second drops the ties already seen
        return Q(**{f"value__{side}e": start.value}) & (Q(**{f"value__{side}": start.value}) | tie)


def _sort_value(field: str) -> Expression | F:
    if field == "encounter__patient__family_name":
        return Concat(F(field), Value(", "), F("encounter__patient__given_name"))
    return F(field)


def _as_json(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float | str) else value.isoformat()
