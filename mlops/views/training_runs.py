"""Training runs: the list, one run while it goes on, starting one, and cancelling it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from clinical.access import StaffRequest
from mlops import scheduling
from mlops.errors import CancelRefusedError
from mlops.forms import RetrainForm
from mlops.models import RunTrigger, TrainingRun
from mlops.pages.runs import page_of, rows
from mlops.views.guards import BOTH_ROLES, open_to, page
from predictions.models import MODEL_NAME

RUN = "admin:mlops_trainingrun_change"


@require_safe
@open_to(*BOTH_ROLES)
def every_run(request: StaffRequest) -> HttpResponse:
    return page(request, "runs.html", title="Training runs", rows=rows(), in_flight=_in_flight())


@require_safe
@open_to(*BOTH_ROLES)
def run(request: StaffRequest, public_id: UUID) -> HttpResponse:
    shown = page_of(_run_called(public_id))
    may_cancel = shown.run.is_in_flight and not shown.run.cancel_asked_at
    return page(request, "run.html", title=f"Training run of {shown.run.model_name}", shown=shown, may_cancel=may_cancel)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(*BOTH_ROLES)
def start(request: StaffRequest) -> HttpResponse:
    """A run in flight is shown instead of a second start."""
    running = _in_flight()
    form = RetrainForm(request.POST if request.method == "POST" else None)
    if running is None and form.is_valid():
        begun = scheduling.start(trigger=RunTrigger.BUTTON, requested_by=request.user, reason=form.cleaned_data["reason"])
        if begun is not None:
            messages.success(request, "The run is started. You will not be able to approve what comes of it: you asked for it.")
            return redirect(RUN, begun.public_id)
    status = 409 if running and form.is_bound else 422 if form.is_bound else 200
    return page(request, "start.html", title="Train a new version", status=status, form=form, running=running)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(*BOTH_ROLES)
def cancel(request: StaffRequest, public_id: UUID) -> HttpResponse:
    found = _run_called(public_id)
    if not found.is_in_flight:
        msg = f"The run is {found.get_state_display().lower()}: there is nothing to cancel."
        raise CancelRefusedError(msg)
    if request.method != "POST":
        return page(request, "cancel.html", title="Cancel this run?", shown=page_of(found))
    scheduling.cancel(found, by=request.user)
    messages.success(request, "The run is asked to end; it stops at its next step, or sooner.")
    return redirect(RUN, public_id)


def _run_called(public_id: UUID) -> TrainingRun:
    with_all = TrainingRun.objects.select_related("requested_by", "cancel_asked_by", "version", "evidence")
    return get_object_or_404(with_all, public_id=public_id)


def _in_flight() -> TrainingRun | None:
    return TrainingRun.objects.in_flight().filter(model_name=MODEL_NAME).first()
