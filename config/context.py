"""What every page's frame needs: where the data comes from, and whether this is a demonstration."""

from __future__ import annotations

from typing import Any

import structlog
from django.http import HttpRequest

from config.environment import Mode, environment


def page_frame(request: HttpRequest) -> dict[str, Any]:
    """Template variables of the base page."""
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    return {"is_demo": environment().mode is Mode.DEMO, "request_id": request_id}
