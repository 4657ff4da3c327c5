"""A card as the EHR receives it, built from a stored row and a stored score. Plain data in, plain data out.

`critical` is never used: the word is for what endangers a patient within minutes, and a chance over 30 days does not; a card
that shouts each time is soon read by nobody.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from clinical.models.follow_up import FollowUpKind
from predictions.bands import BandName
from predictions.cds import wording
from predictions.cds.codes import (
    OUR_FOLLOW_UPS,
    OUR_SUGGESTIONS,
    OVERRIDE_REASONS,
    SUGGESTED_KINDS,
    SUGGESTION_LABELS,
    TOPIC,
    Coding,
)
from predictions.cds.requests import HookCall
from predictions.encounter_page import Risk
from predictions.models import CdsCard

SILENT_BANDS = frozenset({BandName.LOW.value})
WARNING_BANDS = frozenset({BandName.HIGH.value, BandName.VERY_HIGH.value})
# a call reaches everybody; an appointment is worth its slot where most come back
RECOMMENDED = {
    BandName.HIGH.value: frozenset({FollowUpKind.PHONE_CALL}),
    BandName.VERY_HIGH.value: frozenset({FollowUpKind.PHONE_CALL, FollowUpKind.APPOINTMENT}),
}


@dataclass(frozen=True)
class Addresses:
    """Where the links of a card lead. `smart_launch` is empty where no EHR may launch."""

    encounter: str
    source: str
    icon: str
    smart_launch: str = ""


def indicator_of(band: str) -> str:
    return "warning" if band in WARNING_BANDS else "info"


def offered(already: Collection[str]) -> list[str]:
    """The kinds of follow-up that nobody has planned or done yet."""
    return [kind.value for kind in SUGGESTED_KINDS if kind.value not in already]


def suggestion_id(card: UUID, kind: str) -> UUID:
    """The same for the same card, so that feedback needs no list of numbers beside it."""
    return uuid.uuid5(card, f"follow-up:{kind}")


def as_json(row: CdsCard, risk: Risk | None, *, call: HookCall, addresses: Addresses) -> dict[str, Any]:
    """The card of a stored row."""
    reason = row.not_scored_reason
    card: dict[str, Any] = {
        "uuid": str(row.uuid),
        "summary": wording.summary(risk) if risk else wording.summary_without_score(reason),
        "detail": wording.detail(risk) if risk else wording.detail_without_score(reason),
        "indicator": row.indicator,
        "source": {"label": "Wardlight", "url": addresses.source, "icon": addresses.icon, "topic": TOPIC.as_json()},
        "links": _links(row, addresses),
    }
    if risk and row.suggested:
        card["suggestions"] = [_suggestion(row, FollowUpKind(kind), risk, call) for kind in row.suggested]
        card["selectionBehavior"] = "any"
    if risk:
        card["overrideReasons"] = [reason.as_json() for reason in OVERRIDE_REASONS]
    return card


def _links(row: CdsCard, addresses: Addresses) -> list[dict[str, str]]:
    links = [{"label": "Open in Wardlight", "url": addresses.encounter, "type": "absolute"}]
    if addresses.smart_launch:
        context = json.dumps({"card": str(row.uuid)}, separators=(",", ":"))
        label = "Open in Wardlight, signed in by this system"
        links.append({"label": label, "url": addresses.smart_launch, "type": "smart", "appContext": context})
    return links


def _suggestion(row: CdsCard, kind: FollowUpKind, risk: Risk, call: HookCall) -> dict[str, Any]:
    number = suggestion_id(row.uuid, kind)
    return {
        "label": SUGGESTION_LABELS[kind],
        "uuid": str(number),
        "isRecommended": kind in RECOMMENDED.get(risk.prediction.band, frozenset()),
        "actions": [
            {
                "type": "create",
                "description": f"{kind.label}: a task for this stay",
                "resource": _task(kind, number, call, row.shown_at),
            }
        ],
    }


def _task(kind: FollowUpKind, number: UUID, call: HookCall, authored_at: datetime) -> Mapping[str, Any]:
    task: dict[str, Any] = {
        "resourceType": "Task",
        "identifier": [{"system": OUR_SUGGESTIONS, "value": str(number)}],
        "status": "requested",
        "intent": "proposal",
        "code": {"coding": [Coding(OUR_FOLLOW_UPS, kind.value, str(kind.label)).as_json()]},
        "description": str(kind.label),
        "for": {"reference": f"Patient/{call.patient_id}"},
        "authoredOn": authored_at.isoformat(timespec="seconds"),
    }
    if call.encounter_id:
        task["encounter"] = {"reference": f"Encounter/{call.encounter_id}"}
    return task
