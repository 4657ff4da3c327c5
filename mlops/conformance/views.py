"""The administrator's pages: every report, one report, and the button."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from clinical.access import StaffRequest
from clinical.models.staff import Role
from mlops.conformance import reports
from mlops.models import ConformanceReport
from mlops.views.guards import open_to, page

SHOWN = 50
REPORT = "admin:mlops_conformancereport_change"


@require_safe
@open_to(Role.ADMINISTRATOR)
def every_report(request: StaffRequest) -> HttpResponse:
    rows = ConformanceReport.objects.select_related("started_by")[:SHOWN]
    return page(request, "conformance/reports.html", title="Conformance", rows=rows, address=settings.API_ADDRESS)


@require_safe
@open_to(Role.ADMINISTRATOR)
def report(request: StaffRequest, public_id: UUID) -> HttpResponse:
    shown = get_object_or_404(ConformanceReport, public_id=public_id)
    doors = Counter(finding["door"] for finding in shown.findings)
    return page(request, "conformance/report.html", title=f"Conformance of {shown.address}", shown=shown, doors=doors.items())


@require_POST
@open_to(Role.ADMINISTRATOR)
def start(request: StaffRequest) -> HttpResponse:
    begun = reports.start(by=request.user)
    messages.success(request, "The checks are on their way; the report fills as soon as a worker has asked every door.")
    return redirect(REPORT, begun.public_id)
