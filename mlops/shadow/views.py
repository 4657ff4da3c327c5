"""Trials in the administration: the list, starting one, its report, and the signed end."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinical import audit
from clinical.access import StaffRequest
from clinical.models.staff import Role
from mlops.forms import ReasonForm, ShadowEndForm
from mlops.models import ShadowDecision, ShadowTrial
from mlops.shadow.pages import TrialPage, trial_page
from mlops.shadow.trials import MAY_STAND_IN_THE_SHADOW, end_trial, start_trial
from mlops.views.guards import BOTH_ROLES, just_confirmed, open_to, page
from predictions.models import MODEL_NAME, ModelStatus, ModelVersion

NEWEST = 50


@require_safe
@open_to(*BOTH_ROLES)
def every_trial(request: StaffRequest) -> HttpResponse:
    trials = ShadowTrial.objects.select_related("version", "champion", "started_by", "decided_by")
    return page(
        request, "shadow/trials.html", title="Shadow trials", trials=list(trials[:NEWEST]),
        candidates=ModelVersion.objects.filter(name=MODEL_NAME, status__in=MAY_STAND_IN_THE_SHADOW),
        is_busy=trials.filter(ended_at__isnull=True).exists(),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(*BOTH_ROLES)
def start(request: StaffRequest, public_id: UUID) -> HttpResponse:
    version = get_object_or_404(ModelVersion, public_id=public_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        champion = ModelVersion.objects.filter(name=version.name, status=ModelStatus.CHAMPION).first()
        return page(
            request, "shadow/start.html", title=f"Try {version} in the shadow", status=422 if form.is_bound else 200,
            version=version, champion=champion, form=form,
        )  # fmt: skip
    trial = start_trial(version, by=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, f"{version} scores silently from now on. The first report comes within some minutes.")
    return redirect("admin:mlops_shadowtrial_change", trial.public_id)


@require_safe
@open_to(*BOTH_ROLES)
def trial(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """The report; that it was opened is in the log."""
    shown = trial_page(_trial_called(public_id), request.user)
    with transaction.atomic():
        audit.record(
            actor=request.user, verb="model.shadow_viewed", subject_type="shadow_trial", subject_id=public_id,
            detail={"report": shown.report.sha256 if shown.report else ""},
        )  # fmt: skip
    return _trial_page(request, shown)


@require_POST
@open_to(*BOTH_ROLES)
def end(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Go or no-go. What the form says was read is what the decision rests on."""
    if Role.APPROVER not in request.user.roles:
        raise PermissionDenied
    shown = trial_page(_trial_called(public_id), request.user)
    form = ShadowEndForm(request.POST)
    if not form.is_valid():
        return _trial_page(request, shown, form)
    just_confirmed(request)
    report = get_object_or_404(shown.trial.reports, pk=form.cleaned_data["report"])
    go = form.cleaned_data["decision"] == ShadowDecision.GO
    ended = end_trial(shown.trial, by=request.user, go=go, reason=form.cleaned_data["reason"], report=report)
    messages.success(request, f"Signed: {ended.get_decision_display().lower()}. The report is sealed with it.")
    return redirect("admin:mlops_shadowtrial_change", public_id)


def _trial_page(request: StaffRequest, shown: TrialPage, form: ShadowEndForm | None = None) -> HttpResponse:
    asked = form or ShadowEndForm(initial={"report": shown.report.pk if shown.report else None})
    return page(request, "shadow/trial.html", title=str(shown.trial), status=422 if form else 200, shown=shown, form=asked)


def _trial_called(public_id: UUID) -> ShadowTrial:
    trials = ShadowTrial.objects.select_related("version", "champion", "started_by", "decided_by", "rests_on")
    return get_object_or_404(trials, public_id=public_id)
