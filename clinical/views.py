"""The auditor's pages, and how anybody likes their screen."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from clinical import audit, audit_reading
from clinical.access import StaffRequest, public, requires
from clinical.models.staff import Role

APPEARANCES = ("light", "dark")
ONE_YEAR_SECONDS = 31_536_000


@require_safe
@requires(Role.AUDITOR)
def audit_log(request: StaffRequest) -> HttpResponse:
    """Who did what, newest first."""
    form = audit_reading.AuditFilter(request.GET or None)
    shown = audit_reading.page(form)
    response = render(request, "clinical/audit.html", {"form": form, "page": shown, "chain": audit_reading.chain()})
    audit.record(actor=request.user, verb="audit.viewed", detail={"filters": shown.filters, "rows": len(shown.lines)})
    return response


@require_POST
@requires(Role.AUDITOR)
def verify_audit(request: StaffRequest) -> HttpResponse:
    """Walk the whole chain now."""
    report = audit.verify()
    audit.record(
        actor=request.user,
        verb="audit.verified",
        detail={"rows": report.rows, "head_hash": report.head_hash, "broken_at": report.broken_at},
    )
    if report.intact:
        messages.success(request, f"All {report.rows:,} rows were recomputed and fit together.")
    else:
        messages.error(request, f"The log is broken at row {report.broken_at}. Tell the security officer now.")
    return redirect("audit")


@public
@require_POST
def appearance(request: HttpRequest) -> HttpResponseBase:
    """Light, dark, or as the computer is set; kept in a cookie that says nothing else."""
    back = request.POST.get("next", "")
    response = redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}) else "home")
    chosen = request.POST.get("appearance")
    if chosen in APPEARANCES:
        response.set_cookie(
            "appearance", chosen, max_age=ONE_YEAR_SECONDS, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    else:
        response.delete_cookie("appearance", samesite="Lax")
    return response
