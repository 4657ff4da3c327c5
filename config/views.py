"""The front door and the error pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from clinical.access import StaffRequest, public, requires
from clinical.models.staff import Role


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
