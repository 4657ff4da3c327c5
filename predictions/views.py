"""The clinicians' pages: the worklist, an encounter, and recording what was done about it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinical import audit, follow_ups
from clinical.access import StaffRequest, encounters_for, requires, units_for
from clinical.errors import FollowUpRefusedError
from clinical.forms import FollowUpForm
from clinical.models import Encounter
from clinical.models.follow_up import FollowUpKind, FollowUpState
from clinical.models.staff import Role
from predictions import worklist_choice
from predictions.encounter_page import BLIND_SPOTS, encounter_page
from predictions.models import Prediction
from predictions.worklist import note_follow_up, page
from predictions.worklist_choice import BANDS, FOLLOW_UPS, NOT_SCORED, SORTS, VIEWS, cleaned_search
from predictions.worklist_places import PAGE_ROWS

SEARCH_REFUSED = "The search was left out: it may hold letters, digits, spaces and hyphens, at most 80 of them."


@require_safe
@requires(Role.CLINICIAN)
def worklist(request: StaffRequest) -> HttpResponse:
    """The patients of one's units, ranked."""
    units = units_for(request.user)
    choice, set_aside = worklist_choice.read(request.GET, units)
    shown = page(user=request.user, choice=choice)
    address = _address(choice.query)
    context = {
        "choice": choice,
        "page": shown,
        "set_aside": set_aside,
        "units": units,
        "views": [(name, label, choice.with_view(name)) for name, label in VIEWS.items()],
        "bands": BANDS,
        "follow_up_states": FOLLOW_UPS,
        "sorts": {name: choice.sorted_on(name) for name in SORTS},
        "address": address,
        "not_scored_query": replace(choice, band=NOT_SCORED, place=None).query,
        "page_rows": PAGE_ROWS,
        "previous": choice.at(shown.previous) if shown.previous else "",
        "following": choice.at(shown.following) if shown.following else "",
    }
    response = _page_or_fragment(request, "predictions/worklist.html", "results", context)
    if request.htmx:  # the form was sent by POST and redirected here: this is the address to come back to
        response["HX-Push-Url"] = address
    return response


@require_POST
@requires(Role.CLINICIAN)
def search_worklist(request: StaffRequest) -> HttpResponse:
    """Turn the filter form into an address that names no patient."""
    parameters = request.POST.copy()
    text = " ".join(parameters.pop("search", [""])[-1].split())
    parameters.pop("csrfmiddlewaretoken", None)
    choice, _set_aside = worklist_choice.read(parameters, units_for(request.user))
    search = cleaned_search(text)
    if text and not search:
        messages.warning(request, SEARCH_REFUSED)
    return redirect(_address(replace(choice, search=search, place=None).query))


@require_safe
@requires(Role.CLINICIAN)
def encounter(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """One stay: who, how likely, why, and what has been done."""
    found = _encounter(request, public_id)
    shown = encounter_page(user=request.user, encounter=found)
    form = FollowUpForm.blank(prediction_id=shown.prediction_id)
    # an EHR that launched this page around its own banner asks for no second one (SMART: need_patient_banner)
    ehr_has_banner = request.session.get("banner_in_ehr") == str(public_id)
    context = {"page": shown, "form": form, "blind_spots": BLIND_SPOTS, "ehr_has_banner": ehr_has_banner}
    response = render(request, "predictions/encounter.html", context)
    audit.record(
        actor=request.user,
        verb="encounter.viewed",
        subject_type="encounter",
        subject_id=found.public_id,
        detail={"prediction": shown.prediction_id},
    )
    return response


@require_http_methods(["GET", "POST"])
@requires(Role.CLINICIAN)
def record_follow_up(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Store one action, or say beside each field what is wrong with it. Asked for by its address, it is the encounter."""
    found = _encounter(request, public_id)
    if request.method != "POST":
        return redirect("encounter", public_id=public_id)
    form = FollowUpForm(request.POST)
    if form.is_valid() and _record(request, found, form):
        messages.success(request, "Recorded. It is in the history of this encounter.")
        if not request.htmx:
            return redirect("encounter", public_id=public_id)
        form = FollowUpForm.blank(prediction_id=form.cleaned_data["prediction_id"])
    context = {"page": encounter_page(user=request.user, encounter=found), "form": form, "blind_spots": BLIND_SPOTS}
    return _page_or_fragment(request, "predictions/encounter.html", "follow-ups", context, status=422 if form.errors else 200)


def _record(request: StaffRequest, found: Encounter, form: FollowUpForm) -> bool:
    answers = form.cleaned_data
    prediction_id = answers["prediction_id"]
    if prediction_id and not Prediction.objects.filter(public_id=prediction_id, encounter=found).exists():
        form.add_error(None, "The score on the page belongs to another encounter. Open the encounter again.")
        return False
    try:
        with transaction.atomic():
            follow_ups.record(
                encounter=found,
                kind=FollowUpKind(answers["kind"]),
                state=FollowUpState(answers["state"]),
                note=answers["note"],
                by=request.user,
                prediction_id=prediction_id,
                submission_id=answers["submission_id"],
            )
            note_follow_up(found)
    except FollowUpRefusedError as refused:
        form.add_error(None, str(refused))
        return False
    return True


def _encounter(request: StaffRequest, public_id: UUID) -> Encounter:
    """Another unit's encounter and one that does not exist are the same to whoever asks."""
    return get_object_or_404(encounters_for(request.user).select_related("patient", "unit"), public_id=public_id)


def _page_or_fragment(
    request: StaffRequest, template: str, fragment: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    wants_fragment = request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request
    response = render(request, f"{template}#{fragment}" if wants_fragment else template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _address(query: str) -> str:
    return f"{reverse('worklist')}?{query}" if query else reverse("worklist")
