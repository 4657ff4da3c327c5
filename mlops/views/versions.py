"""Reading about versions: the first page, a candidate beside the champion, its card, its story, its evidence to keep."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from clinical import audit
from clinical.access import StaffRequest
from mlops.forms import ApprovalForm, ReasonForm
from mlops.pages.candidate import CandidatePage, candidate_page
from mlops.pages.deciding import evidence_of
from mlops.pages.groups import RULE
from mlops.pages.home import home_for
from mlops.pages.story import story_of
from mlops.views.guards import BOTH_ROLES, open_to, page
from predictions.models import ModelVersion

NO_EVIDENCE = "This version has no sealed evidence: it was recorded without a training run."


@require_safe
@open_to(*BOTH_ROLES)
def home(request: StaffRequest) -> HttpResponse:
    return page(request, "home.html", title="Models", home=home_for(request.user))


@require_safe
@open_to(*BOTH_ROLES)
def version(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """What an approver reads before deciding; that it was opened is in the log."""
    shown = candidate_page(version_called(public_id), request.user)
    with transaction.atomic():
        _tell_log(request, shown.version, "model.viewed")
    return version_page(request, shown)


def version_page(request: StaffRequest, shown: CandidatePage, **to_mend: ReasonForm) -> HttpResponse:
    """`to_mend`: a form that was sent and has to be mended, under its name."""
    forms = {
        "approval": ApprovalForm(prefix="approval"),
        "rejection": ReasonForm(prefix="rejection"),
        "promotion": ReasonForm(prefix="promotion"),
        **to_mend,
    }
    status = 422 if to_mend else 200
    return page(
        request, "version.html", title=f"{shown.version}", status=status, shown=shown, group_rule=RULE, to_mend=to_mend, **forms
    )


@require_safe
@open_to(*BOTH_ROLES)
def card(request: StaffRequest, public_id: UUID) -> HttpResponse:
    found = version_called(public_id)
    with transaction.atomic():
        _tell_log(request, found, "model.card_viewed")
    shown = candidate_page(found, request.user)
    return page(request, "card.html", title=f"Model card of {found}", shown=shown, card=shown.card)


@require_safe
@open_to(*BOTH_ROLES)
def story(request: StaffRequest, public_id: UUID) -> HttpResponse:
    found = version_called(public_id)
    told = story_of(found)
    with transaction.atomic():
        _tell_log(request, found, "model.story_viewed")
    return page(request, "story.html", title=f"The story of {found}", story=told, version=found)


@require_safe
@open_to(*BOTH_ROLES)
def evidence(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """The sealed pack as a file."""
    from mlops.evidence_pack import pack  # noqa: PLC0415  made when it is asked for

    found = version_called(public_id)
    kept = evidence_of(found)
    if kept is None or not kept.seal:
        msg = f"{found} has no sealed evidence."
        raise Http404(msg)
    response = HttpResponse(pack(kept), content_type="application/zip")
    name = f"{found.name}-v{found.number}-evidence.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    with transaction.atomic():
        _tell_log(request, found, "evidence.downloaded")
    return response


def version_called(public_id: UUID) -> ModelVersion:
    with_all = ModelVersion.objects.select_related("requested_by", "evidence__compared_with", "run", "feature_schema")
    return get_object_or_404(with_all, public_id=public_id)


def _tell_log(request: StaffRequest, found: ModelVersion, verb: str) -> None:
    audit.record(
        actor=request.user, verb=verb, subject_type="model_version", subject_id=found.public_id, detail={"number": found.number}
    )
