"""The worklist: the encounters that a person sees, ranked, a page at a time, with the audit row of having shown them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import EmptyResultSet
from django.db import connection

from clinical import audit
from clinical.access import units_for
from clinical.models import CareUnit, Encounter, User
from predictions.models import WorklistEntry
from predictions.worklist_choice import Choice, Place
from predictions.worklist_places import Question, find
from predictions.worklist_rows import Row, rows

COUNTED_UP_TO = 1_000


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
        words = f"{total} encounter{'' if self.total == 1 else 's'}"
        if not self.rows:
            return words
        return f"{words}, {'all shown' if self.total == len(self.rows) else f'{len(self.rows)} shown'}"


def counted(number: int) -> str:
    """A count in words that does not claim more than was counted."""
    return f"{number:,}" if number <= COUNTED_UP_TO else f"more than {COUNTED_UP_TO:,}"


def page(*, user: User, choice: Choice) -> Page:
    """One page of what `user` may see, in the order asked for; call inside their scope. Writes the audit row."""
    question = Question(choice, [unit for unit in units_for(user) if choice.unit in {None, unit}])
    total, not_scored = _counts(question)
    found = find(question, has_empty=_has_empty(choice, total, not_scored))
    shown, prediction_ids = rows([place.encounter for place in found.places])
    audit.record(
        actor=user,
        verb="worklist.viewed",
        detail={"predictions": prediction_ids, "rows": len(shown), "filters": [name for name, _value in choice.filters]},
    )
    return Page(
        rows=shown,
        previous=found.previous,
        following=found.following,
        total=total,
        not_scored=not_scored,
        refreshed_at=question.asked_at,
    )


@dataclass(frozen=True)
class Listed:
    """Which encounters stand on a page, for a door that words its own lines."""

    places: list[Place]
    following: Place | None
    total: int
    not_scored: int


def found_for(*, user: User, units: list[CareUnit], choice: Choice) -> Listed:
    """The encounters of one page of these units, for a system. Writes the audit row; call inside their scope."""
    question = Question(choice, [unit for unit in units if choice.unit in {None, unit}])
    total, not_scored = _counts(question)
    found = find(question, has_empty=_has_empty(choice, total, not_scored))
    detail = {"encounters": len(found.places), "filters": [name for name, _value in choice.filters]}
    audit.record(actor=user, verb="worklist.read", detail=detail)
    return Listed(found.places, found.following, total, not_scored)


def note_follow_up(encounter: Encounter) -> None:
    """Bring an encounter's line up to date with the newest action on it; in the transaction that recorded it."""
    newest = encounter.follow_ups.first()
    if newest is not None:
        entry = WorklistEntry.objects.filter(encounter=encounter)
        entry.update(follow_up_state=newest.state, follow_up_at=newest.recorded_at)


def _counts(question: Question) -> tuple[int, int]:
    """(rows, rows without a score), counted no further than somebody would page."""
    entries = question.entries()
    parts = [entries.values("pk"), entries.filter(risk_probability__isnull=True).values("pk")]
    try:
        compiled = [part.order_by()[: COUNTED_UP_TO + 1].query.sql_with_params() for part in parts]
    except EmptyResultSet:  # Django knows without asking that nobody can match
        return 0, 0
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
