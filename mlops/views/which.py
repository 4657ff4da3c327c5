"""Which model was it at 14:03: asked on a page, answered without a patient, and written to the log."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from clinical import audit
from clinical.access import StaffRequest
from mlops.errors import OperationError
from mlops.forms import WhichModelForm
from mlops.views.guards import BOTH_ROLES, open_to, page
from mlops.whichmodel import Story, moment_from, story_of

TITLE = "Which model was it?"


@require_safe
@open_to(*BOTH_ROLES)
def ask(request: StaffRequest) -> HttpResponse:
    """The question stands in the address, so that the answer can be kept as a link: it holds an id and a time."""
    form = WhichModelForm(request.GET or None)
    if not form.is_bound:
        return page(request, "which.html", title=TITLE, form=form)
    if not form.is_valid():
        return page(request, "which.html", title=TITLE, form=form, status=422)
    try:
        story = _answered(request, form)
    except OperationError as refusal:
        return page(request, "which.html", title=TITLE, form=form, refusal=str(refusal), status=refusal.status)
    return page(request, "which.html", title=TITLE, form=form, story=story)


def _answered(request: StaffRequest, form: WhichModelForm) -> Story:
    """Asking is written down whether or not there is an answer."""
    encounter, at = form.cleaned_data["encounter"], moment_from(form.cleaned_data["at"])
    with transaction.atomic():
        audit.record(
            actor=request.user, verb="model.asked_which", subject_type="encounter", subject_id=encounter, detail={"at": at}
        )
    return story_of(encounter, at)
