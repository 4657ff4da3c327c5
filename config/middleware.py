"""What happens around every request: headers, the session's limits, and errors told without patient data."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger(__name__)


def secure_headers(get_response: Handler) -> Handler:
    """No page may be kept by a browser or a proxy, except static files, which hold no patient."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), interest-cohort=()")
        if not request.path.startswith(settings.STATIC_URL):
            response.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def session_limits(get_response: Handler) -> Handler:
    """Signs out after a stretch without a request, and in any case after a shift (45 CFR 164.312(a)(2)(iii))."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            _apply_limits(request, now=int(time.time()))
        return get_response(request)

    return middleware


def _apply_limits(request: HttpRequest, *, now: int) -> None:
    session = request.session
    started, seen = session.get("started_at", now), session.get("seen_at", now)
    if now - started > settings.SESSION_ABSOLUTE_SECONDS or now - seen > settings.SESSION_IDLE_SECONDS:
        logout(request)
        return
    session.setdefault("started_at", now)
    if now - seen >= 30 or "seen_at" not in session:  # noqa: PLR2004  written at most twice a minute: a write for each view is a row lock for each view
        session["seen_at"] = now
