"""What every page's frame needs: what kind of data this is."""

from __future__ import annotations

from typing import Any

import structlog
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from clinical.cohorts import loaded_cohorts


def page_frame(request: HttpRequest) -> dict[str, Any]:
    """Template variables of the base page; the cohorts are asked for only where the frame is drawn."""
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    return {"cohorts": SimpleLazyObject(loaded_cohorts), "request_id": request_id}
