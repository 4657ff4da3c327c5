"""Doors to what was watched: the drift page, and incidents with what is done about them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from clinical import audit
from clinical.access import StaffRequest
from clinical.models import CareUnit
from clinical.models.staff import Role
from mlops import incidents
from mlops.errors import NoteMissingError
from mlops.models import Incident
from mlops.monitoring.pages import SIGNS, DriftPage, drift_page
from mlops.views.guards import BOTH_ROLES, open_to, page
from predictions.models import MODEL_NAME, ModelStatus, ModelVersion

NEWEST = 100
INCIDENT = "admin:mlops_incident_change"


@require_safe
@open_to(*BOTH_ROLES)
def drift(request: StaffRequest) -> HttpResponse:
    """The champion's, unless a version is chosen; that it was opened is in the log."""
    versions = ModelVersion.objects.filter(name=MODEL_NAME).select_related("feature_schema")
    watched = list(versions.filter(nights__isnull=False).distinct().order_by("-number"))
    version = _version(request, watched) or versions.filter(status=ModelStatus.CHAMPION).first()
    shown = drift_page(version, unit=_unit(request), night=_night(request)) if version else None
    if shown is not None:
        _record(request, shown)
    may_change = Role.ADMINISTRATOR in request.user.roles
    return page(
        request,
        "monitoring/drift.html",
        title="Watching",
        shown=shown,
        version=version,
        versions=watched,
        may_change=may_change,
    )


@require_safe
@open_to(*BOTH_ROLES)
def every_incident(request: StaffRequest) -> HttpResponse:
    found = Incident.objects.select_related("acknowledged_by", "closed_by")
    rows = [{"incident": one, "sign": SIGNS[one.severity]} for one in found.filter(closed_at__isnull=True)]
    closed = [{"incident": one, "sign": "off"} for one in found.filter(closed_at__isnull=False)[:NEWEST]]
    return page(request, "monitoring/incidents.html", title="Incidents", rows=rows, closed=closed)


@require_safe
@open_to(*BOTH_ROLES)
def incident(request: StaffRequest, public_id: UUID) -> HttpResponse:
    return _shown(request, _incident_called(public_id))


@require_POST
@open_to(*BOTH_ROLES)
def acknowledge(request: StaffRequest, public_id: UUID) -> HttpResponse:
    incidents.acknowledge(_incident_called(public_id), by=request.user, note=request.POST.get("note", ""))
    messages.success(request, "It is yours: the others see that you look at it.")
    return redirect(INCIDENT, public_id)


@require_POST
@open_to(*BOTH_ROLES)
def close(request: StaffRequest, public_id: UUID) -> HttpResponse:
    found = _incident_called(public_id)
    try:
        incidents.close(found, by=request.user, note=request.POST.get("note", ""))
    except NoteMissingError as missing:
        return _shown(request, found, note=request.POST.get("note", ""), error=str(missing))
    messages.success(request, "Closed. Should it come again, it is a new incident.")
    return redirect(INCIDENT, public_id)


def _shown(request: StaffRequest, found: Incident, *, note: str = "", error: str = "") -> HttpResponse:
    told = found.notifications.select_related("channel")
    numbers = [(name, value) for name, value in found.detail.items() if isinstance(value, str | int | float)]
    return page(
        request, "monitoring/incident.html", title="Incident", status=422 if error else 200, incident=found,
        sign="off" if found.closed_at else SIGNS[found.severity], told=told, numbers=numbers,
        readings=found.detail.get("readings", []), note=note, error=error, shortest=incidents.SHORTEST_NOTE_CHARACTERS,
    )  # fmt: skip


def _incident_called(public_id: UUID) -> Incident:
    return get_object_or_404(Incident.objects.select_related("acknowledged_by", "closed_by"), public_id=public_id)


def _version(request: StaffRequest, watched: list[ModelVersion]) -> ModelVersion | None:
    wanted = request.GET.get("version", "")
    if not wanted:
        return None
    found = next((one for one in watched if str(one.number) == wanted), None)
    if found is None:
        raise Http404
    return found


def _unit(request: StaffRequest) -> CareUnit | None:
    wanted = request.GET.get("unit", "")
    if not wanted:
        return None
    found = CareUnit.objects.filter(code=wanted).first() if "\0" not in wanted else None
    if found is None:
        raise Http404
    return found


def _night(request: StaffRequest) -> date | None:
    wanted = request.GET.get("night", "")
    try:
        return date.fromisoformat(wanted) if wanted else None
    except ValueError:
        raise Http404 from None


def _record(request: StaffRequest, shown: DriftPage) -> None:
    detail = {"night": shown.night.night, "unit": shown.unit.public_id if shown.unit else None}
    with transaction.atomic():
        audit.record(
            actor=request.user, verb="drift.viewed", subject_type="model_version", subject_id=shown.version.public_id,
            detail=detail,
        )  # fmt: skip
