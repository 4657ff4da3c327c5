"""Acting on versions: approve, reject, roll back. Each asks anew who it is; the verbs decide whether it may be."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from clinical.access import StaffRequest
from clinical.models.staff import Role
from mlops import releases
from mlops.errors import DecisionRefusedError
from mlops.forms import ApprovalForm, ReasonForm
from mlops.pages.candidate import candidate_page
from mlops.pages.deciding import standing_of
from mlops.pages.home import home_for
from mlops.views.guards import BOTH_ROLES, just_confirmed, open_to, page, refused
from mlops.views.versions import version_called, version_page
from predictions.models import ModelVersion

ROLLBACK_TITLE = "Roll back to the version before"


@require_POST
@open_to(*BOTH_ROLES)
def approve(request: StaffRequest, public_id: UUID) -> HttpResponse:
    version = _for_decision(request, public_id)
    if not standing_of(request.user, version).may:
        return _not_by_you(request, version)
    form = ApprovalForm(request.POST, prefix="approval")
    if not form.is_valid():
        return version_page(request, candidate_page(version, request.user), approval=form)
    just_confirmed(request)
    promote = bool(form.cleaned_data["promote"])
    releases.approve(version, by=request.user, reason=form.cleaned_data["reason"], expires_at=form.expires_at, promote=promote)
    done = "It is the champion now; every process that scores takes it up." if promote else "It can be made the champion."
    messages.success(request, f"{version} is approved. {done}")
    return redirect("admin:predictions_modelversion_story", public_id)


@require_POST
@open_to(*BOTH_ROLES)
def reject(request: StaffRequest, public_id: UUID) -> HttpResponse:
    version = _for_decision(request, public_id)
    if not standing_of(request.user, version).may:
        return _not_by_you(request, version)
    form = ReasonForm(request.POST, prefix="rejection")
    if not form.is_valid():
        return version_page(request, candidate_page(version, request.user), rejection=form)
    just_confirmed(request)
    releases.reject(version, by=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, f"{version} is rejected. It is kept, and never comes into office.")
    return redirect("admin:predictions_modelversion_story", public_id)


@require_POST
@open_to(*BOTH_ROLES)
def promote(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """An approved version that was not to come into office at once."""
    version = _for_decision(request, public_id)
    form = ReasonForm(request.POST, prefix="promotion")
    if not form.is_valid():
        return version_page(request, candidate_page(version, request.user), promotion=form)
    just_confirmed(request)
    releases.promote(version, by=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, f"{version} is the champion now; every process that scores takes it up.")
    return redirect("admin:predictions_modelversion_story", public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(*BOTH_ROLES)
def rollback(request: StaffRequest) -> HttpResponse:
    """Asked on a page of its own, because it changes what every ward sees at once."""
    target = releases.version_before()
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.is_bound else 200
        champion = home_for(request.user).champion
        return page(request, "rollback.html", title=ROLLBACK_TITLE, status=status, form=form, target=target, champion=champion)
    just_confirmed(request)
    version = releases.rollback(by=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, f"{version} is the champion again; every process that scores takes it up.")
    return redirect("admin:predictions_modelversion_story", version.public_id)


def _for_decision(request: StaffRequest, public_id: UUID) -> ModelVersion:
    if Role.APPROVER not in request.user.roles:
        raise PermissionDenied
    return version_called(public_id)


def _not_by_you(request: StaffRequest, version: ModelVersion) -> HttpResponse:
    """Decided meanwhile by somebody else, or asked for by the person: 409 with the reason and the way back."""
    why = standing_of(request.user, version).why_not
    decision = version.decisions.select_related("by").first()
    if decision is not None:
        why = f"{decision.by} {decision.get_kind_display().lower()} it on {decision.at:%-d %B %Y at %H:%M} UTC. {why}"
    return refused(request, DecisionRefusedError(f"{version}: {why}"))
