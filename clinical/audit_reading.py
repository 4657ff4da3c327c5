"""Reading the audit log: filtered pages, newest first, and what is known about the chain without walking it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone

from clinical.models import AuditEvent

PAGE_ROWS = 50
_NAME = RegexValidator(re.compile(r"\A[\w.@+\- ]*\Z"), "Letters, digits and . @ + - _ only.")
_ID = RegexValidator(re.compile(r"\A[\w.:\-]*\Z"), "Letters, digits and . : - _ only.")
NARROWING = ("actor", "verb", "subject", "from_day", "to_day")


class AuditFilter(forms.Form):
    """What the auditor asked for. Every field may stay empty."""

    actor = forms.CharField(label="Who", required=False, max_length=150, validators=[_NAME])
    verb = forms.CharField(label="Did what", required=False, max_length=48, validators=[_ID])
    subject = forms.CharField(label="To which id", required=False, max_length=64, validators=[_ID])
    from_day = forms.DateField(label="From", required=False, error_messages={"invalid": "Give a day as 2026-11-23."})
    to_day = forms.DateField(label="To", required=False, error_messages={"invalid": "Give a day as 2026-11-23."})
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    after = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1)

    @property
    def answers(self) -> dict[str, Any]:
        """The fields that are filled in and make sense."""
        if not self.is_bound:
            return {}
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in {None, ""}}


@dataclass(frozen=True)
class Detail:
    """One item of an event's detail: a short value, or a list of ids."""

    name: str
    value: str = ""
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """One event as it is read."""

    event: AuditEvent
    details: list[Detail]


@dataclass(frozen=True)
class AuditPage:
    """One page of events, and where the neighbouring pages begin."""

    lines: list[Line]
    filters: list[str]
    newer: str
    older: str


@dataclass(frozen=True)
class Chain:
    """The head of the log, and what the last walk of it found."""

    rows: int
    head_hash: str
    verified_at: datetime | None
    verified_rows: int
    broken_at: int | None


def page(form: AuditFilter) -> AuditPage:
    """The events that `form` asks for; positions are gapless, so pages are cut by them."""
    answers = form.answers
    events = _matching(answers)
    after = answers.get("after")
    if after is not None:
        found = list(events.filter(position__gt=after).order_by("position")[: PAGE_ROWS + 1])
        shown = sorted(found[:PAGE_ROWS], key=lambda event: -event.position)
        has_newer, has_older = len(found) > PAGE_ROWS, True
    else:
        events = events.filter(position__lt=answers["before"]) if "before" in answers else events
        found = list(events[: PAGE_ROWS + 1])
        shown = found[:PAGE_ROWS]
        has_newer, has_older = "before" in answers, len(found) > PAGE_ROWS
    return AuditPage(
        lines=[Line(event, [_detail(name, value) for name, value in event.detail.items() if value]) for event in shown],
        filters=[name for name in NARROWING if name in answers],
        newer=_query(answers, after=shown[0].position) if shown and has_newer else "",
        older=_query(answers, before=shown[-1].position) if shown and has_older else "",
    )


def chain() -> Chain:
    """Row count from the gapless positions, and the newest recorded verification."""
    head = AuditEvent.objects.order_by("-position").values("position", "hash").first()
    last = AuditEvent.objects.filter(verb="audit.verified").order_by("-position").first()
    return Chain(
        rows=head["position"] if head else 0,
        head_hash=head["hash"] if head else "",
        verified_at=last.at if last else None,
        verified_rows=last.detail.get("rows", 0) if last else 0,
        broken_at=last.detail.get("broken_at") if last else None,
    )


def _detail(name: str, value: Any) -> Detail:
    words = name.replace("_", " ")
    return Detail(words, ids=tuple(map(str, value))) if isinstance(value, list) else Detail(words, value=str(value))


def _matching(answers: dict[str, Any]) -> Any:
    events = AuditEvent.objects.order_by("-position")
    for name, lookup in (("actor", "actor_name__iexact"), ("verb", "verb"), ("subject", "subject_id")):
        if name in answers:
            events = events.filter(**{lookup: answers[name]})
    if "from_day" in answers:
        events = events.filter(at__gte=_start_of(answers["from_day"]))
    if "to_day" in answers:
        events = events.filter(at__lt=_start_of(answers["to_day"]) + timedelta(days=1))
    return events


def _start_of(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _query(answers: dict[str, Any], **place: int) -> str:
    return urlencode({**{name: answers[name] for name in NARROWING if name in answers}, **place})
