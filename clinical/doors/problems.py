"""Errors as problem details (RFC 9457): one shape for every refusal, the fact at fault named, never its value."""

from __future__ import annotations

from typing import Any

import structlog
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from clinical.errors import ClinicalError, FactsRefusedError

CONTENT_TYPE = "application/problem+json"


def handler(error: Exception, _context: dict[str, Any]) -> Response | None:
    """For REST_FRAMEWORK's EXCEPTION_HANDLER; None lets an unknown error go on to the last resort."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, DjangoPermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.APIException):
        return problem(status=error.status_code, code=str(error.default_code), detail=str(error.detail))
    if isinstance(error, FactsRefusedError):
        errors = [{"field": fault.field, "message": fault.message} for fault in error.faults]
        return problem(status=error.status, code=error.code, detail=str(error), errors=errors)
    if isinstance(error, ClinicalError):
        return problem(status=error.status, code=error.code, detail=str(error))
    return None


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
    return Response(body, status=status, content_type=CONTENT_TYPE)
