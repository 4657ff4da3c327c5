"""The administrator's pages about systems: who they are, what they may do, their ids and secrets, and how their calls went.

Whatever changes a way in asks first who is at the keyboard. A secret stands on the answer that made it and nowhere else.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinical.access import StaffRequest
from clinical.clients import registering
from clinical.clients.forms import GrantForm, KeysForm, NameForm, RotationForm
from clinical.clients.registering import Issued
from clinical.models import CareUnit, EhrCall, EhrClient, EhrCredential
from clinical.models.staff import Role

Parameters = ParamSpec("Parameters")
StaffView = Callable[Concatenate[StaffRequest, Parameters], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, Parameters], HttpResponseBase]
CHANGE = "admin:clinical_ehrclient_change"
CALLS_SHOWN = 200
FIRST_REFUSAL = 400


def administrators(view: StaffView[Parameters]) -> View[Parameters]:
    """Administrators alone; the site's own door has asked for the second factor before."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponseBase:
        known = cast("StaffRequest", request)
        if Role.ADMINISTRATOR not in known.user.roles:
            raise PermissionDenied
        return view(known, *args, **kwargs)

    return guarded


@administrators
@require_safe
def every_client(request: StaffRequest) -> HttpResponse:
    since = timezone.now() - timedelta(days=1)
    recent = Q(calls__at__gt=since)
    rows = EhrClient.objects.annotate(
        calls_count=Count("calls", filter=recent),
        refused_count=Count("calls", filter=recent & Q(calls__status__gte=FIRST_REFUSAL)),
        called_at=Max("calls__at"),
    )
    return _page(request, "clients.html", title="EHR clients", rows=rows)


@administrators
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: StaffRequest) -> HttpResponse:
    form = NameForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return _page(request, "register.html", title="Register a system", status=status, form=form)
    _just_confirmed(request)
    return _told_once(request, registering.admit(name=form.cleaned_data["name"], by=request.user))


@administrators
@require_safe
def client(request: StaffRequest, public_id: UUID) -> HttpResponse:
    return _client_page(request, _called(public_id))


@administrators
@require_POST
def rotate(request: StaffRequest, public_id: UUID) -> HttpResponse:
    shown = _called(public_id)
    form = RotationForm(request.POST)
    if not form.is_valid() or not shown.is_active:
        return _client_page(request, shown, status=422, rotation=form)
    _just_confirmed(request)
    return _told_once(request, registering.issue(client=shown, by=request.user, overlap=form.overlap))


@administrators
@require_POST
def revoke(request: StaffRequest, public_id: UUID, credential_id: int) -> HttpResponse:
    credential = get_object_or_404(EhrCredential, pk=credential_id, client__public_id=public_id)
    _just_confirmed(request)
    if credential.is_in_force:
        registering.revoke(credential=credential, by=request.user)
    messages.success(request, "It opens nothing any more, and neither does any token that was given for it.")
    return redirect(CHANGE, public_id)


@administrators
@require_POST
def switch_off(request: StaffRequest, public_id: UUID) -> HttpResponse:
    shown = _called(public_id)
    _just_confirmed(request)
    if shown.is_active:
        registering.switch_off(client=shown, by=request.user)
    messages.success(request, f"{shown} is out. What it did stays on record.")
    return redirect(CHANGE, public_id)


@administrators
@require_http_methods(["GET", "HEAD", "POST"])
def grants(request: StaffRequest, public_id: UUID, unit_id: UUID) -> HttpResponse:
    shown, unit = _called(public_id), get_object_or_404(CareUnit, public_id=unit_id)
    held = set(shown.grants.filter(unit=unit, ended_at__isnull=True).values_list("scope", flat=True))
    form = GrantForm(request.POST) if request.method == "POST" else GrantForm.of(held)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return _page(request, "grants.html", title=f"{shown} on {unit}", status=status, client=shown, form=form)
    _just_confirmed(request)
    wards = CareUnit.objects.filter(is_open=True) if form.cleaned_data["everywhere"] else [unit]
    with transaction.atomic():
        for ward in wards:
            registering.grant(client=shown, unit=ward, scopes=form.chosen, by=request.user)
    messages.success(request, "It counts from the next call on.")
    return redirect(CHANGE, public_id)


@administrators
@require_POST
def keys(request: StaffRequest, public_id: UUID) -> HttpResponse:
    shown = _called(public_id)
    form = KeysForm(request.POST, client=shown)
    if not form.is_valid():
        return _client_page(request, shown, status=422, keys=form)
    _just_confirmed(request)
    registering.set_keys(client=shown, by=request.user, **form.cleaned_data)
    messages.success(request, "Signed calls are held against these keys from now on.")
    return redirect(CHANGE, public_id)


@administrators
@require_safe
def calls(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Which door, what answer, how long. The rows hold no patient, and no path that could name one."""
    shown, only_refused = _called(public_id), "refused" in request.GET
    rows = EhrCall.objects.filter(client=shown)
    day = rows.filter(at__gt=timezone.now() - timedelta(days=1))
    codes = day.filter(status__gte=FIRST_REFUSAL).values("status", "code").annotate(count=Count("pk")).order_by("-count")
    listed = rows.filter(status__gte=FIRST_REFUSAL) if only_refused else rows
    return _page(
        request, "calls.html", title=f"Calls of {shown}", client=shown, calls=listed[:CALLS_SHOWN], codes=codes,
        calls_count=day.count(), only_refused=only_refused,
    )  # fmt: skip


def _called(public_id: UUID) -> EhrClient:
    return get_object_or_404(EhrClient.objects.select_related("user"), public_id=public_id)


def _client_page(request: StaffRequest, shown: EhrClient, *, status: int = 200, **forms: Any) -> HttpResponse:
    held: dict[int, list[str]] = {}
    for unit_pk, scope in shown.grants.filter(ended_at__isnull=True).values_list("unit", "scope"):
        held.setdefault(unit_pk, []).append(scope)
    context = {
        "client": shown,
        "credentials": shown.credentials.select_related("application"),
        "wards": [(unit, held.get(unit.pk, [])) for unit in CareUnit.objects.filter(is_open=True)],
        "rotation": RotationForm(),
        "keys": KeysForm.of(shown),
        **forms,
    }
    return _page(request, "client.html", title=shown.name, status=status, **context)


def _told_once(request: StaffRequest, issued: Issued) -> HttpResponse:
    shown = issued.credential.client
    return _page(request, "secret.html", title=f"The new secret of {shown}", issued=issued, client=shown)


def _page(request: HttpRequest, template: str, *, title: str, status: int = 200, **context: Any) -> HttpResponse:
    framed = {**site.each_context(request), "title": title, **context}
    return TemplateResponse(request, f"admin/clinical/clients/{template}", framed, status=status)


@reauthentication_required(app="clinical")  # type: ignore[untyped-decorator]  # allauth carries no types
def _just_confirmed(request: HttpRequest) -> None:
    """Reached by those who proved within the last five minutes who they are; what was typed is kept over the detour."""
