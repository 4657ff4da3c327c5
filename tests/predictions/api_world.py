"""An EHR client of Cardiology and what it sends."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from clinical.models import User
from predictions.api.examples import ENCOUNTER
from tests.doors import EhrCaller, client_with

ENCOUNTERS = "/api/v1/encounters"


def caller(user: User) -> EhrCaller:
    """A system with a token for all that there is, on the wards of its account."""
    return client_with(user=user)


def stay(**changes: Any) -> dict[str, Any]:
    """The example of the documents, with changes; of the patient by `patient={...}`."""
    body = deepcopy(ENCOUNTER)
    body["patient"] |= changes.pop("patient", {})
    return body | changes


def ended(*, days_ago: int) -> dict[str, Any]:
    """The times of a stay of five days."""
    out = datetime.now(UTC).replace(microsecond=0) - timedelta(days=days_ago)
    return {"admitted_at": (out - timedelta(days=5)).isoformat(), "discharged_at": out.isoformat()}
