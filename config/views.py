"""The front door and the error pages."""

from __future__ import annotations

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views import defaults
from django.views.decorators.http import require_safe

from clinical.access import StaffRequest, public, requires
from clinical.doors.problems import CONTENT_TYPE, problem
from clinical.models.staff import Role

FOR_SYSTEMS = "/api/"


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
    return render(request, "400.html", status=400)


@public
def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """A page for people; for systems, whose addresses may hold what is no id, the shape of all their refusals."""
    if not request.path.startswith(FOR_SYSTEMS):
        return defaults.page_not_found(request, exception)
    refusal = problem(status=404, code="not_found", detail="Not found.")
    return JsonResponse(refusal.data, status=404, content_type=CONTENT_TYPE)


@public
def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours: a page that needs neither the database nor a session, with the number to quote."""
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    return HttpResponse(render_to_string("500.html", {"request_id": request_id}), status=500)
