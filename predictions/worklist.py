"""The worklist: which encounters a person sees, in what order, and what each row says.

Each unit's first rows come from its own index in the order asked for, and only those are merged, so that the page
costs the same at a million encounters as at a thousand. Pages are found by place and not by number: no OFFSET.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, reduce
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Expression, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Concat
from django.utils import timezone

from clinical import audit
from clinical.access import units_for
from clinical.models import CareUnit, Encounter, FollowUp, User
from clinical.models.follow_up import FollowUpKind, FollowUpState
from clinical.models.patient import banner_name
from predictions.bands import BandName
from predictions.explain import Factor, strongest_raising
from predictions.models import FeatureSchema, WorklistEntry
from predictions.risk_words import Frequency, Interval, interval
from predictions.worklist_choice import (
    NOT_SCORED,
    NOTHING_RECORDED,
    ON_THE_WARD,
    RECENTLY_DISCHARGED,
    Choice,
    Place,
)

PAGE_ROWS = 50
COUNTED_UP_TO = 1_000
RECENT = timedelta(days=30)
REASONS_SHOWN = 2


@dataclass(frozen=True)
class Moment:
    """A time as the list shows it."""

    iso: str
    day: str
    day_and_clock: str


@dataclass(frozen=True)
class Row:
    """One line of the list, in words: a template that formats fifty of them is half the time of the page."""

    encounter_id: UUID
    patient_name: str
    born: str
    record_number: str
    unit: str
    risk: Frequency | None
    interval: Interval | None
    band: BandName | None
    reasons: list[str]
    not_scored_reason: str
    admitted: Moment
    discharged: Moment | None
    follow_up: FollowUpState | None
    follow_up_kind: str
    followed_up: Moment | None


@dataclass(frozen=True)
class Page:
    """One page of the list, and what is known about the rest."""

    rows: list[Row]
    previous: Place | None
    following: Place | None
    total: int
    not_scored: int
    refreshed_at: datetime

    @property
    def not_scored_words(self) -> str:
        return counted(self.not_scored)

    @property
    def count_words(self) -> str:
        """How long the whole list is, and how much of it is here."""
        total = counted(self.total)
        shown = "all shown" if self.total == len(self.rows) else f"{len(self.rows)} shown"
        return f"{total} encounter{'' if self.total == 1 else 's'}, {shown}"


def counted(number: int) -> str:
    """A count in words that does not claim more than was counted."""
    return f"{number:,}" if number <= COUNTED_UP_TO else f"more than {COUNTED_UP_TO:,}"


def page(*, user: User, choice: Choice) -> Page:
    """One page of what `user` may see, in the order asked for; call inside their scope. Writes the audit row."""
    units = [unit for unit in units_for(user) if choice.unit in {None, unit}]
    total, not_scored = _counts(choice, units)
    found = _Finder(choice, units).found(has_empty=_has_empty(choice, total, not_scored))
    rows, prediction_ids = _rows([place.encounter for place in found.places])
    audit.record(
        actor=user,
        verb="worklist.viewed",
        detail={"predictions": prediction_ids, "rows": len(rows), "filters": [name for name, _value in choice.filters]},
    )
    return Page(
        rows=rows,
        previous=found.previous,
        following=found.following,
        total=total,
        not_scored=not_scored,
        refreshed_at=timezone.now(),
    )


def note_follow_up(encounter: Encounter) -> None:
    """Bring an encounter's line up to date with the newest action on it; in the transaction that recorded it."""
    newest = encounter.follow_ups.first()
    if newest is not None:
        entry = WorklistEntry.objects.filter(encounter=encounter)
        entry.update(follow_up_state=newest.state, follow_up_at=newest.recorded_at)


# --- which rows ------------------------------------------------------------------------------------------------------------


def _entries(choice: Choice, units: Sequence[CareUnit]) -> Any:
    entries = WorklistEntry.objects.filter(unit__in=units)
    if choice.view == ON_THE_WARD:
        entries = entries.filter(discharged_at__isnull=True)
    elif choice.view == RECENTLY_DISCHARGED:
        entries = entries.filter(discharged_at__gte=timezone.now() - RECENT)
    if choice.band == NOT_SCORED:
        entries = entries.filter(risk_probability__isnull=True)
    elif choice.band:
        entries = entries.filter(band=choice.band)
    if choice.follow_up:
        entries = entries.filter(follow_up_state="" if choice.follow_up == NOTHING_RECORDED else choice.follow_up)
    return entries.filter(_matches(choice.search)) if choice.search else entries


def _matches(search: str) -> Q:
    """Each word begins a family name, a given name or a record number."""
    patient = "encounter__patient__"
    words = search.replace(",", " ").split()
    return reduce(
        operator.and_,
        (
            Q(**{f"{patient}family_name__istartswith": word})
            | Q(**{f"{patient}given_name__istartswith": word})
            | Q(**{f"{patient}medical_record_number__istartswith": word})
            for word in words
        ),
        Q(),
    )


def _counts(choice: Choice, units: Sequence[CareUnit]) -> tuple[int, int]:
    """(rows, rows without a score), counted no further than somebody would page."""
    entries = _entries(choice, units)
    parts = [entries.values("pk"), entries.filter(risk_probability__isnull=True).values("pk")]
    compiled = [part.order_by()[: COUNTED_UP_TO + 1].query.sql_with_params() for part in parts]
    # one statement for both; the inner ones are Django's own, with their own parameters
    counts = ", ".join(f"(SELECT count(*) FROM ({sql}) AS counted)" for sql, _parameters in compiled)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}", [value for _sql, parameters in compiled for value in parameters])
        rows, not_scored = cursor.fetchone()
    return rows, not_scored


def _has_empty(choice: Choice, total: int, not_scored: int) -> bool:
    """Whether rows without a value in the sorted column can exist: they follow all others."""
    if choice.column.field == "risk_probability":
        return bool(not_scored)
    return choice.column.may_be_empty and bool(total)


@dataclass(frozen=True)
class _Found:
    places: list[Place]
    previous: Place | None
    following: Place | None


class _Finder:
    """Finds a page's encounters: rows with a value in the sorted column, then those without."""

    def __init__(self, choice: Choice, units: Sequence[CareUnit]) -> None:
        self.choice = choice
        self.units = units
        self.start = choice.place
        self.backwards = choice.place is not None and choice.place.backwards
        self.downwards = choice.descending != self.backwards

    def found(self, *, has_empty: bool) -> _Found:
        places: list[Place] = []
        parts = [False, True] if has_empty else [False]
        for empty in reversed(parts) if self.backwards else parts:
            if len(places) <= PAGE_ROWS and not self._is_behind(empty=empty):
                places += self._part(empty=empty, limit=PAGE_ROWS + 1 - len(places))
        more = len(places) > PAGE_ROWS
        places = places[:PAGE_ROWS]
        if self.backwards:
            places.reverse()
        return _Found(
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
        each = [self._of_unit(unit, empty=empty).order_by(*order)[:limit] for unit in self.units]
        if not each:
            return []
        merged = each[0].union(*each[1:], all=True).order_by(*order)[:limit] if len(each) > 1 else each[0]
        return [Place(_as_json(row["value"]), row["encounter_id"]) for row in merged]

    def _of_unit(self, unit: CareUnit, *, empty: bool) -> Any:
        entries = _entries(self.choice, [unit]).annotate(value=_sort_value(self.choice.column.field))
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


# --- what each row says ----------------------------------------------------------------------------------------------------


COLUMNS = (
    "encounter_id", "encounter__public_id", "encounter__patient__family_name", "encounter__patient__given_name",
    "encounter__patient__birth_date", "encounter__patient__medical_record_number", "unit__name",
    "admitted_at", "discharged_at", "band", "not_scored_reason", "follow_up_state", "follow_up_at", "last_kind",
    "prediction__public_id", "prediction__risk_probability", "prediction__risk_low", "prediction__risk_high",
    "prediction__feature_schema_id", "prediction__feature_values", "prediction__factors",
)  # fmt: skip


def _rows(encounter_ids: list[int]) -> tuple[list[Row], list[str]]:
    last = FollowUp.objects.filter(encounter=OuterRef("encounter_id")).order_by("-recorded_at", "-pk")
    entries = (
        WorklistEntry.objects.filter(encounter__in=encounter_ids)
        .annotate(last_kind=Subquery(last.values("kind")[:1]))
        .values_list(*COLUMNS, named=True)
    )
    by_id = {entry.encounter_id: entry for entry in entries}
    shown = [by_id[pk] for pk in encounter_ids if pk in by_id]
    return [_row(entry) for entry in shown], [str(e.prediction__public_id) for e in shown if e.prediction__public_id]


def _row(entry: Any) -> Row:
    is_scored = entry.prediction__public_id is not None
    return Row(
        encounter_id=entry.encounter__public_id,
        patient_name=banner_name(entry.encounter__patient__family_name, entry.encounter__patient__given_name),
        born=f"{entry.encounter__patient__birth_date:%d-%b-%Y}",
        record_number=entry.encounter__patient__medical_record_number,
        unit=entry.unit__name,
        risk=Frequency(entry.prediction__risk_probability) if is_scored else None,
        interval=interval(entry.prediction__risk_low, entry.prediction__risk_high) if is_scored else None,
        band=BandName(entry.band) if is_scored else None,
        reasons=_reasons(entry) if is_scored else [],
        not_scored_reason=entry.not_scored_reason,
        admitted=_moment(entry.admitted_at),
        discharged=_moment(entry.discharged_at) if entry.discharged_at else None,
        follow_up=FollowUpState(entry.follow_up_state) if entry.follow_up_state else None,
        follow_up_kind=str(FollowUpKind(entry.last_kind).label) if entry.last_kind else "",
        followed_up=_moment(entry.follow_up_at) if entry.follow_up_at else None,
    )


def _reasons(entry: Any) -> list[str]:
    strongest = strongest_raising(
        definition=_definition(entry.prediction__feature_schema_id),
        values=entry.prediction__feature_values,
        parts=entry.prediction__factors,
        count=REASONS_SHOWN,
    )
    return [_in_one_line(factor) for factor in strongest]


def _in_one_line(factor: Factor) -> str:
    """A factor without saying the same word twice."""
    words = factor.value_text
    return words[:1].upper() + words[1:] if factor.label.lower() in words.lower() else f"{factor.label}: {words}"


def _moment(at: datetime) -> Moment:
    here = timezone.localtime(at)
    return Moment(iso=here.isoformat(), day=f"{here:%d-%b-%Y}", day_and_clock=f"{here:%d-%b %H:%M}")


@lru_cache(maxsize=32)
def _definition(schema_hash: str) -> dict[str, Any]:
    """Feature schemas are never changed, so each is read once in the life of a process."""
    definition: dict[str, Any] = FeatureSchema.objects.get(pk=schema_hash).definition
    return definition
