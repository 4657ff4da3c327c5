"""What happens around every request: headers, the session's limits, and errors told without patient data."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import structlog
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from clinical.doors.problems import before_any_door
from clinical.errors import ClinicalError
from predictions.errors import PredictionError

Handler = Callable[[HttpRequest], HttpResponse]
BY_ITSELF = "X-By-Itself"
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


def trusted_request_id(get_response: Handler) -> Handler:
    """A caller's X-Request-ID joins our log to theirs; anything but a plain token is dropped and a fresh one is made."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not _REQUEST_ID.fullmatch(request.META.get("HTTP_X_REQUEST_ID", "")):
            request.META.pop("HTTP_X_REQUEST_ID", None)
        return get_response(request)

    return middleware


_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def request_log(get_response: Handler) -> Handler:
    """One line a request: which route, never which path, because a path or its query may tell of a patient."""

    def middleware(request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = get_response(request)
        route = request.resolver_match.view_name if request.resolver_match else "none"
        milliseconds = round(1000 * (time.perf_counter() - started), 1)
        log.info("request", route=route, method=request.method, status=response.status_code, duration_ms=milliseconds)
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
    if BY_ITSELF in request.headers and "seen_at" in session:
        return  # a page that refreshes itself is nobody at the screen, and keeps no session open
    if now - seen >= 30 or "seen_at" not in session:  # noqa: PLR2004  written at most twice a minute: a write for each view is a row lock for each view
        session["seen_at"] = now


class ErrorsAsPages:
    """Our own errors become the page that their status and message say; all others a page with a number to quote.

    Neither page nor log carries a stack, a path or a value: what broke is found by the request id and the place in the code.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Django's hook; None leaves 403, 404 and the like to Django's own handlers."""
        if isinstance(error, ClinicalError | PredictionError):
            refusal = before_any_door(request, status=error.status, code=error.code, detail=str(error))
            return refusal or render(
                request, "errors/refused.html", {"message": str(error), "code": error.code}, status=error.status
            )
        if isinstance(error, OperationalError | InterfaceError):
            log.error("database unavailable", error_type=type(error).__name__)
            words = "The database does not answer. Please try again in a moment."
            response = before_any_door(request, status=503, code="database_away", detail=words)
            response = response or HttpResponse(words, status=503, content_type="text/plain")
            response["Retry-After"] = "5"
            return response
        if not isinstance(error, _LEFT_TO_DJANGO):
            log.error("unexpected error", exc_info=error)
        return None


# Django's own answers, and the way allauth asks for the password again: no faults
_LEFT_TO_DJANGO = (
    Http404,
    PermissionDenied,
    BadRequest,
    SuspiciousOperation,
    ImmediateHttpResponse,
    ReauthenticationRequired,
)
