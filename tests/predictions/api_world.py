"""An EHR client of Cardiology and what it sends."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from rest_framework.test import APIClient

from clinical.models import User
from predictions.api.examples import ENCOUNTER

ENCOUNTERS = "/api/v1/encounters"


def caller(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def stay(**changes: Any) -> dict[str, Any]:
    """The example of the documents, with changes; of the patient by `patient={...}`."""
    body = deepcopy(ENCOUNTER)
    body["patient"] |= changes.pop("patient", {})
    return body | changes


def ended(*, days_ago: int) -> dict[str, Any]:
    """The times of a stay of five days."""
    out = datetime.now(UTC).replace(microsecond=0) - timedelta(days=days_ago)
    return {"admitted_at": (out - timedelta(days=5)).isoformat(), "discharged_at": out.isoformat()}
