"""The front door and the error pages."""

from __future__ import annotations

import structlog
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views import defaults
from django.views.decorators.http import require_safe

from clinical.access import StaffRequest, public, requires
from clinical.doors.problems import before_any_door
from clinical.models.staff import Role


@require_safe
@requires()
def home(request: StaffRequest) -> HttpResponseBase:
    """Each role's own first page."""
    if Role.CLINICIAN in request.user.roles:
        return redirect("worklist")
    if Role.AUDITOR in request.user.roles:
        return redirect("audit")
    return redirect("admin:index")


@public
def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was not ours, or was open across a sign-in."""
    return render(request, "errors/csrf.html", status=403)


@public
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What could not be read; the exception may quote it, so it is not told."""
    if isinstance(exception, RequestDataTooBig):
        refusal = before_any_door(request, status=413, code="too_large", detail="The body is larger than this door takes.")
    else:
        refusal = before_any_door(request, status=400, code="bad_request", detail="The request cannot be read.")
    return refusal or render(request, "400.html", status=400)


@public
def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """A page for people; for systems, whose addresses may hold what is no id, the shape of all their refusals."""
    refusal = before_any_door(request, status=404, code="not_found", detail="Not found.")
    return refusal or defaults.page_not_found(request, exception)


@public
def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours: a page that needs neither the database nor a session, with the number to quote."""
    refusal = before_any_door(request, status=500, code="unforeseen", detail="Something went wrong here.")
    if refusal is not None:
        return refusal
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    return HttpResponse(render_to_string("500.html", {"request_id": request_id}), status=500)
