"""OperationOutcome: the one shape of every refusal here, the place at fault by FHIRPath, and never its value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rest_framework.response import Response

from clinical.doors import problems
from clinical.doors.problems import ErrorOfOurs
from clinical.errors import ClinicalError, FactsRefusedError
from predictions.fhir.names import CONTENT_TYPE

UNPROCESSABLE = 422
# HTTP status -> IssueType
_TYPES = {
    400: "invalid", 401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported", 406: "not-supported",
    409: "conflict", 411: "required", 412: "conflict", 413: "too-long", 415: "not-supported", 422: "business-rule",
    429: "throttled", 500: "exception", 503: "transient",
}  # fmt: skip
_KEPT_HEADERS = ("WWW-Authenticate", "Retry-After")


@dataclass(frozen=True)
class Issue:
    """One thing that is wrong, or worth saying. `expression` is a FHIRPath."""

    message: str
    expression: str = ""
    type: str = "invalid"
    severity: str = "error"

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"severity": self.severity, "code": self.type, "diagnostics": self.message}
        return told | ({"expression": [self.expression]} if self.expression else {})


class ResourcesRefusedError(ClinicalError):
    """What was sent is not usable, and nothing of it was stored."""

    code = "resources_refused"

    def __init__(self, issues: Sequence[Issue], *, status: int = UNPROCESSABLE) -> None:
        self.issues = list(issues)
        self.status = status
        super().__init__()


def refused(message: str, expression: str = "", *, kind: str = "invalid", status: int = UNPROCESSABLE) -> ResourcesRefusedError:
    """One issue of one kind (FHIR's IssueType)."""
    return ResourcesRefusedError([Issue(message, expression, kind)], status=status)


def operation_outcome(issues: Sequence[Issue]) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": [issue.as_json() for issue in issues]}


def issues_of(error: ErrorOfOurs) -> tuple[int, list[Issue]]:
    """The status and the issues of what our verbs raise."""
    if isinstance(error, ResourcesRefusedError):
        return error.status, error.issues
    if isinstance(error, FactsRefusedError):
        return error.status, [Issue(f"{fault.field}: {fault.message}", type=kind_of(error.status)) for fault in error.faults]
    return error.status, [Issue(str(error), type=kind_of(error.status))]


def kind_of(status: int) -> str:
    return _TYPES.get(status, "processing")


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """What the doors' own handler tells, in FHIR's shape; None lets an unknown error go on to the last resort."""
    if isinstance(error, ErrorOfOurs) and isinstance(error, Exception):
        status, issues = issues_of(error)
        return _answer(status, issues)
    told = problems.handler(error, context)
    if told is None:
        return None
    issue = Issue(told.data["detail"], type=kind_of(told.status_code))
    headers = {name: told[name] for name in _KEPT_HEADERS if told.has_header(name)}
    return _answer(told.status_code, [issue], headers=headers)


def _answer(status: int, issues: list[Issue], *, headers: dict[str, str] | None = None) -> Response:
    return Response(operation_outcome(issues), status=status, content_type=CONTENT_TYPE, headers=headers)
