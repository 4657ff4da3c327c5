"""What each line of the worklist says, in words: a template that formats fifty of them is half the time of the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone

from clinical.models import FollowUp
from clinical.models.follow_up import FollowUpKind, FollowUpState
from clinical.models.patient import banner_name
from predictions.bands import BandName
from predictions.models import WorklistEntry
from predictions.risk_words import Frequency, Interval, interval

_ANYBODY = str(UUID(int=0))
COLUMNS = (
    "encounter_id", "encounter__public_id", "encounter__patient__family_name", "encounter__patient__given_name",
    "encounter__patient__birth_date", "encounter__patient__medical_record_number", "unit__name",
    "admitted_at", "discharged_at", "band", "reasons", "not_scored_reason", "follow_up_state", "follow_up_at", "last_kind",
    "prediction__public_id", "prediction__risk_probability", "prediction__risk_low", "prediction__risk_high",
)  # fmt: skip


@dataclass(frozen=True)
class Moment:
    """A time as the list shows it."""

    iso: str
    day: str
    day_and_clock: str


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    address: str
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


def rows(encounter_ids: list[int]) -> tuple[list[Row], list[str]]:
    """The lines of these encounters in this order, and the ids of the predictions on them, for the audit log."""
    last = FollowUp.objects.filter(encounter=OuterRef("encounter_id")).order_by("-recorded_at", "-pk")
    entries = (
        WorklistEntry.objects.filter(encounter__in=encounter_ids)
        .annotate(last_kind=Subquery(last.values("kind")[:1]))
        .values_list(*COLUMNS, named=True)
    )
    by_id = {entry.encounter_id: entry for entry in entries}
    shown = [by_id[pk] for pk in encounter_ids if pk in by_id]
    address = reverse("encounter", args=[_ANYBODY])  # looked up once: fifty look-ups cost as much as a query
    return [_row(entry, address) for entry in shown], [str(e.prediction__public_id) for e in shown if e.prediction__public_id]


def _row(entry: Any, address: str) -> Row:
    is_scored = entry.prediction__public_id is not None
    return Row(
        address=address.replace(_ANYBODY, str(entry.encounter__public_id)),
        patient_name=banner_name(entry.encounter__patient__family_name, entry.encounter__patient__given_name),
        born=f"{entry.encounter__patient__birth_date:%d-%b-%Y}",
        record_number=entry.encounter__patient__medical_record_number,
        unit=entry.unit__name,
        risk=Frequency(entry.prediction__risk_probability) if is_scored else None,
        interval=interval(entry.prediction__risk_low, entry.prediction__risk_high) if is_scored else None,
        band=BandName(entry.band) if is_scored else None,
        reasons=entry.reasons,
        not_scored_reason=entry.not_scored_reason,
        admitted=_moment(entry.admitted_at),
        discharged=_moment(entry.discharged_at) if entry.discharged_at else None,
        follow_up=FollowUpState(entry.follow_up_state) if entry.follow_up_state else None,
        follow_up_kind=str(FollowUpKind(entry.last_kind).label) if entry.last_kind else "",
        followed_up=_moment(entry.follow_up_at) if entry.follow_up_at else None,
    )


def _moment(at: datetime) -> Moment:
    here = timezone.localtime(at)
    return Moment(iso=here.isoformat(), day=f"{here:%d-%b-%Y}", day_and_clock=f"{here:%d-%b %H:%M}")
