"""Errors as problem details (RFC 9457): one shape for every refusal, the fact at fault named, never its value."""

from __future__ import annotations

import contextlib
import math
from typing import Any, Protocol, runtime_checkable

import structlog
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, RawPostDataException, UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response

from clinical.errors import FactsRefusedError


@runtime_checkable
class ErrorOfOurs(Protocol):
    """What the error families of all packages have in common: a code, a status, and words for whoever asked."""

    code: str
    status: int


log = structlog.get_logger(__name__)
CONTENT_TYPE = "application/problem+json"
FOR_SYSTEMS = ("/api/", "/fhir/", "/cds-services", "/oauth/")
AWAY, TRY_AGAIN_SECONDS = 503, 5
READ_AWAY_BYTES = 1_048_576


def handler(error: Exception, _context: dict[str, Any]) -> Response | None:
    """For REST_FRAMEWORK's EXCEPTION_HANDLER; None lets an unknown error go on to the last resort."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, DjangoPermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.APIException):
        return _framework(error)
    if isinstance(error, FactsRefusedError):
        errors = [{"field": fault.field, "message": fault.message} for fault in error.faults]
        return problem(status=error.status, code=error.code, detail=str(error), errors=errors)
    if isinstance(error, ErrorOfOurs):
        return problem(status=error.status, code=error.code, detail=str(error))
    if isinstance(error, OperationalError | InterfaceError):
        log.error("database unavailable", error_type=type(error).__name__)
        return problem(status=AWAY, code="database_away", detail="The database does not answer. Try again in a moment.")
    return None


def before_any_door(request: HttpRequest, *, status: int, code: str, detail: str) -> HttpResponse | None:
    """The same for what is refused before a door is reached; None where people asked, who get a page."""
    if not request.path.startswith(FOR_SYSTEMS):
        return None
    with contextlib.suppress(UnreadablePostError, RawPostDataException):
        request.read(READ_AWAY_BYTES)  # nobody read it, and it would stand before the next request of this connection
    told = problem(status=status, code=code, detail=detail)
    headers = {name: told[name] for name in ("Retry-After",) if name in told}
    return JsonResponse(told.data, status=status, content_type=CONTENT_TYPE, headers=headers)


def _framework(error: exceptions.APIException) -> Response:
    """What the framework refuses: with the ways to prove oneself, and the time after which to try again."""
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else error.default_code
    answer = problem(status=error.status_code, code=str(code), detail=str(error.detail))
    if getattr(error, "auth_header", None):
        answer["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]  # set by the view
    if getattr(error, "wait", None):
        answer["Retry-After"] = str(math.ceil(error.wait))  # type: ignore[attr-defined]  # of Throttled
    return answer


def problem(*, status: int, code: str, detail: str, errors: list[dict[str, str]] | None = None) -> Response:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": code.replace("_", " "),
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
    }
    if errors:
        body["errors"] = errors
    headers = {"Retry-After": str(TRY_AGAIN_SECONDS)} if status == AWAY else None
    return Response(body, status=status, content_type=CONTENT_TYPE, headers=headers)
