"""An EHR that speaks CDS Hooks, for the tests: it asks as the specification says and reads what comes back."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from rest_framework.test import APIClient

from clinical.models import Encounter, User

SERVICE = "/cds-services/readmission-30d"


@dataclass(frozen=True)
class CdsClient:
    """One EHR client and what it can send."""

    user: User

    def get(self, path: str = "/cds-services") -> HttpResponse:
        return self._client().get(path)

    def post(self, path: str, body: Any) -> HttpResponse:
        data = body if isinstance(body, str) else json.dumps(body)
        return self._client().post(path, data, content_type="application/json")

    def call(self, stay: Encounter, *, hook: str = "encounter-discharge", **changes: Any) -> HttpResponse:
        return self.post(SERVICE, call_about(stay, hook=hook, **changes))

    def cards(self, stay: Encounter, **changes: Any) -> list[dict[str, Any]]:
        answer = self.call(stay, **changes)
        assert answer.status_code == 200, answer.content
        cards: list[dict[str, Any]] = answer.json()["cards"]
        return cards

    def feedback(self, *entries: dict[str, Any]) -> HttpResponse:
        return self.post(f"{SERVICE}/feedback", {"feedback": list(entries)})

    def _client(self) -> APIClient:
        client = APIClient()
        client.force_authenticate(self.user)
        return client


def call_about(stay: Encounter, *, hook: str = "encounter-discharge", **changes: Any) -> dict[str, Any]:
    """A call that an EHR could send; `context` changes single members of it, None takes one away."""
    context = {
        "userId": "Practitioner/7",
        "patientId": stay.patient.medical_record_number,
        "encounterId": str(stay.public_id),
        **changes.pop("context", {}),
    }
    call = {
        "hook": hook,
        "hookInstance": str(uuid.uuid4()),
        "context": {name: value for name, value in context.items() if value is not None},
        **changes,
    }
    return {name: value for name, value in call.items() if value is not None}


def accepted(card: dict[str, Any], *places: int, **changes: Any) -> dict[str, Any]:
    """What an EHR reports when its user takes suggestions of a card."""
    numbers = [{"id": card["suggestions"][place]["uuid"]} for place in places]
    told = {"card": card["uuid"], "outcome": "accepted", "acceptedSuggestions": numbers}
    return {**told, "outcomeTimestamp": "2026-11-20T10:05:31Z", **changes}


def overridden(card: dict[str, Any], **changes: Any) -> dict[str, Any]:
    told = {"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-11-20T10:05:31Z"}
    return {**told, **changes}
