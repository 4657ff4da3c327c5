"""What the EHR's users did with their cards: kept with its reason and joined to the score. What was accepted is a follow-up.

All of one report is kept or nothing. The same report again changes nothing, and an accepted suggestion is one follow-up however
often it is told: the suggestion's number is the follow-up's submission.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from clinical import audit, follow_ups
from clinical.access import scope_of_units
from clinical.errors import Fault
from clinical.models import CareUnit, User
from clinical.models.follow_up import FollowUpKind, FollowUpState
from predictions.cds.cards import suggestion_id
from predictions.cds.errors import CallRefusedError, NoSuchCardError
from predictions.cds.requests import Faults
from predictions.models import CdsCard, CdsFeedback
from predictions.models.cds_card import CdsOutcome
from predictions.worklist import note_follow_up

MOST_AT_ONCE = 100
LONGEST_COMMENT, LONGEST_SYSTEM, LONGEST_CODE = 1000, 200, 100
CLOCKS_DIFFER = timedelta(hours=24)


@dataclass(frozen=True)
class Report:
    """One entry of the feedback."""

    card: UUID
    outcome: CdsOutcome
    accepted: tuple[UUID, ...]
    reason_system: str
    reason_code: str
    comment: str
    outcome_at: datetime

    @property
    def fingerprint(self) -> str:
        said = [str(self.outcome), sorted(map(str, self.accepted)), self.reason_system, self.reason_code, self.comment]
        return hashlib.sha256(json.dumps([*said, self.outcome_at.isoformat()]).encode()).hexdigest()


def take(reports: Sequence[Report], *, client: User, units: Collection[CareUnit]) -> None:
    """Keep all of them, in one transaction, in the scope of the client's units."""
    with scope_of_units(units):
        cards = _cards(reports, client)
        for place, report in enumerate(reports):
            _take(report, cards[report.card], client, place)


def _cards(reports: Sequence[Report], client: User) -> dict[UUID, CdsCard]:
    found = CdsCard.objects.select_related("encounter", "prediction").filter(client=client)
    cards = {card.uuid: card for card in found.filter(uuid__in={report.card for report in reports})}
    unknown = [place for place, report in enumerate(reports) if report.card not in cards]
    if unknown:
        raise NoSuchCardError([Fault(f"feedback[{place}].card", "is no card that this client was given") for place in unknown])
    return cards


def _take(report: Report, card: CdsCard, client: User, place: int) -> None:
    kinds = _accepted_kinds(report, card, place)
    _row, is_new = CdsFeedback.objects.get_or_create(
        card=card,
        fingerprint=report.fingerprint,
        defaults={
            "outcome": report.outcome,
            "accepted": kinds,
            "reason_system": report.reason_system,
            "reason_code": report.reason_code,
            "comment": report.comment,
            "outcome_at": report.outcome_at,
            "received_at": timezone.now(),
        },
    )
    if not is_new:
        return
    for kind in kinds:
        _follow_up(card, FollowUpKind(kind), client)
    prediction = card.prediction.public_id if card.prediction else None
    detail = {"card": card.uuid, "outcome": report.outcome, "accepted": len(kinds), "prediction": prediction}
    audit.record(
        actor=client, verb="cds.feedback", subject_type="encounter", subject_id=card.encounter.public_id, detail=detail
    )  # fmt: skip


def _accepted_kinds(report: Report, card: CdsCard, place: int) -> list[str]:
    kind_of = {suggestion_id(card.uuid, kind): kind for kind in card.suggested}
    unknown = [number for number in report.accepted if number not in kind_of]
    if unknown:
        says = "holds a suggestion that is not on this card"
        raise CallRefusedError([Fault(f"feedback[{place}].acceptedSuggestions", says)])
    return [kind_of[number] for number in dict.fromkeys(report.accepted)]


def _follow_up(card: CdsCard, kind: FollowUpKind, client: User) -> None:
    follow_ups.record(
        encounter=card.encounter,
        kind=kind,
        state=FollowUpState.PLANNED,
        note="",
        by=client,
        prediction_id=card.prediction.public_id if card.prediction else None,
        submission_id=suggestion_id(card.uuid, kind),
    )
    note_follow_up(card.encounter)


def read_feedback(body: object) -> list[Report]:
    """The reports, or CallRefusedError with everything that is wrong with them."""
    entries = body.get("feedback") if isinstance(body, dict) else None
    if not isinstance(entries, list) or not 1 <= len(entries) <= MOST_AT_ONCE:
        raise CallRefusedError([Fault("feedback", f"must be a list of 1 to {MOST_AT_ONCE} entries")])
    faults = Faults()
    reports = [_report(faults, entry, f"feedback[{place}]") for place, entry in enumerate(entries)]
    if faults.found:
        raise CallRefusedError(faults.found)
    return [report for report in reports if report is not None]


def _report(faults: Faults, entry: object, place: str) -> Report | None:
    if not isinstance(entry, dict):
        faults.add(place, "must be an object")
        return None
    card = faults.uuid(entry, "card", f"{place}.card")
    outcome_at = _time(faults, entry, f"{place}.outcomeTimestamp")
    outcome = entry.get("outcome")
    if outcome not in CdsOutcome.values:
        faults.add(f"{place}.outcome", f"must be {' or '.join(CdsOutcome.values)}")
        return None
    accepted = _accepted(faults, entry, place, is_accepted=outcome == CdsOutcome.ACCEPTED)
    system, code, comment = _reason(faults, entry, place, is_overridden=outcome == CdsOutcome.OVERRIDDEN)
    if card is None or outcome_at is None:
        return None
    return Report(card, CdsOutcome(outcome), accepted, system, code, comment, outcome_at)


def _time(faults: Faults, entry: Mapping[str, Any], place: str) -> datetime | None:
    value = entry.get("outcomeTimestamp")
    try:
        at = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or at.utcoffset() != timedelta(0):
        faults.add(place, "must be a time in UTC such as 2026-11-24T10:05:31Z")
        return None
    if at > timezone.now() + CLOCKS_DIFFER:
        faults.add(place, "lies in the future")
    return at.astimezone(UTC)


def _accepted(faults: Faults, entry: Mapping[str, Any], place: str, *, is_accepted: bool) -> tuple[UUID, ...]:
    place = f"{place}.acceptedSuggestions"
    if not is_accepted:
        if "acceptedSuggestions" in entry:
            faults.add(place, "belongs to the outcome accepted")
        return ()
    listed = entry.get("acceptedSuggestions")
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_AT_ONCE:
        faults.add(place, "must be a list of the suggestions that were accepted")
        return ()
    numbers = [
        faults.uuid(one if isinstance(one, dict) else {}, "id", f"{place}[{number}].id") for number, one in enumerate(listed)
    ]
    return tuple(number for number in numbers if number is not None)


def _reason(faults: Faults, entry: Mapping[str, Any], place: str, *, is_overridden: bool) -> tuple[str, str, str]:
    place = f"{place}.overrideReason"
    if "overrideReason" not in entry:
        return "", "", ""
    if not is_overridden:
        faults.add(place, "belongs to the outcome overridden")
        return "", "", ""
    told = faults.members(entry, "overrideReason", place, needed=True)
    if not told.keys() & {"reason", "userComment"}:
        faults.add(place, "must hold a reason or a userComment")
    system, code = _coding(faults, told, f"{place}.reason")
    return system, code, _comment(faults, told, f"{place}.userComment")


def _coding(faults: Faults, told: Mapping[str, Any], place: str) -> tuple[str, str]:
    if "reason" not in told:
        return "", ""
    coding = faults.members(told, "reason", place, needed=True)
    system = faults.text(coding, "system", f"{place}.system", form=None, says="must be a text")
    code = faults.text(coding, "code", f"{place}.code", form=None, says="must be a text")
    for name, value, most in (("system", system, LONGEST_SYSTEM), ("code", code, LONGEST_CODE)):
        if len(value) > most or any(unicodedata.category(one) in _UNSEEN for one in value):
            faults.add(f"{place}.{name}", f"must have at most {most} characters that can be seen")
    return system, code


def _comment(faults: Faults, told: Mapping[str, Any], place: str) -> str:
    """Without characters that nobody can see, which could hide or reverse what it says."""
    if "userComment" not in told:
        return ""
    said = faults.text(told, "userComment", place, form=None, says="must be a text")
    kept = "".join(one for one in said if one == "\n" or unicodedata.category(one) not in _UNSEEN).strip()
    if len(kept) > LONGEST_COMMENT:
        faults.add(place, f"must have at most {LONGEST_COMMENT} characters")
    return kept


_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cn", "Cs"})
