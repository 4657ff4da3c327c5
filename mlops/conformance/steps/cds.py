"""CDS Hooks 2.0: discovery, a call about the stay that REST told of, its feedback, and calls that must be refused."""

from __future__ import annotations

import uuid
from typing import Any

from mlops.conformance.asking import Answer
from mlops.conformance.checks import Check, has, problem, statuses, without_trace

DOOR = "CDS Hooks"
SERVICE = "/cds-services/readmission-30d"
HOOK = "encounter-discharge"
LONGEST_SUMMARY = 140
INDICATORS = ("info", "warning", "critical")


def _call(*, hook: str = HOOK, instance: str = "", **context: Any) -> dict[str, Any]:
    told = {"userId": "Practitioner/check", "patientId": "CHECK-{run}", "encounterId": "CHECK-{run}-1", **context}
    named = {name: value for name, value in told.items() if value is not None}
    return {"hook": hook, "hookInstance": instance or str(uuid.uuid4()), "context": named}


def _cards(answer: Answer) -> str:
    """Whatever cards there are: each with what the specification requires of it."""
    cards = answer.at("cards")
    if not isinstance(cards, list):
        return "there is no list of cards"
    for card in cards:
        if not isinstance(card.get("summary"), str) or not 0 < len(card["summary"]) < LONGEST_SUMMARY:
            return "a summary is missing, or has 140 characters or more"
        if card.get("indicator") not in INDICATORS or not (card.get("source") or {}).get("label"):
            return "a card has no indicator or no source"
        if card.get("suggestions") and card.get("selectionBehavior") not in {"at-most-one", "any"}:
            return "suggestions come without selectionBehavior"
        if any(not reason.get("display") for reason in card.get("overrideReasons", ())):
            return "an override reason has no display"
    return ""


def _refused(name: str, *status: int, path: str = SERVICE, **others: Any) -> Check:
    return Check(DOOR, name, "POST", path, statuses(*status), looks=(problem(), without_trace), **others)


def _feedback(**entry: Any) -> dict[str, Any]:
    told = {"card": str(uuid.uuid4()), "outcome": "overridden", "outcomeTimestamp": "2026-01-01T00:00:00Z", **entry}
    return {"feedback": [told]}


CHECKS = (
    Check(DOOR, "discovery names the service at both hooks", "GET", "/cds-services", statuses(200),
          looks=(has("services/0/id"), has("services/0/description"), has("services/1/hook", "patient-view", HOOK))),
    Check(DOOR, "discovery without proof of who asks", "GET", "/cds-services", statuses(401), with_token=False),
    Check(DOOR, "a call about a stay on record", "POST", SERVICE, statuses(200), body=_call(), looks=(_cards,)),
    Check(DOOR, "a chart that is opened", "POST", SERVICE, statuses(200), body=_call(hook="patient-view"), looks=(_cards,)),
    _refused("a stay that nobody knows, without a prefetch", 412, body=_call(encounterId="CHECK-{run}-none")),
    _refused("a hook that this service does not serve", 400, 422, body=_call(hook="order-select")),
    _refused("a hookInstance that is no UUID", 400, 422, body=_call(instance="one")),
    _refused("a call without its patient", 400, 422, body=_call(patientId=None)),
    _refused("a patient's id with its type", 400, 422, body=_call(patientId="Patient/CHECK-{run}")),
    _refused("a call that is no object", 400, 422, body=["hook"]),
    _refused("a service that is not there", 404, path="/cds-services/another", body=_call()),
    _refused("feedback on a card that was never given", 404, path=f"{SERVICE}/feedback", body=_feedback()),
    _refused("feedback with an outcome that is none", 400, 422, path=f"{SERVICE}/feedback", body=_feedback(outcome="perhaps")),
)  # fmt: skip
