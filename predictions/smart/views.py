"""The two addresses of a SMART launch. Neither shows a patient; what they lead to stands behind the usual policy."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.contrib.auth import login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from clinical import audit
from clinical.access import EHR_SESSION, public, signed_in_by_ehr
from clinical.models import Encounter, User
from predictions.smart import arriving, launching, tokens
from predictions.smart.errors import CodeRefusedError, LaunchRefusedError
from predictions.smart.issuers import issuer_at
from predictions.smart.tokens import Context

log = structlog.get_logger(__name__)
BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_safe
@public
def launch(request: HttpRequest) -> HttpResponse:
    """The EHR opens this address with its own (`iss`) and a ticket for what is open there (`launch`)."""
    begun, address = launching.begin(
        address=request.GET.get("iss", ""),
        launch=request.GET.get("launch", ""),
        redirect_uri=_public(request, reverse("smart-callback")),
    )
    request.session[launching.SESSION_KEY] = begun.as_session()
    return redirect(address)


@require_safe
@public
def callback(request: HttpRequest) -> HttpResponse:
    """The EHR sends its user back with a code, which is good once and for this browser alone."""
    begun = launching.launch_from(request.session.pop(launching.SESSION_KEY, None))
    if not begun.finishes(request.GET.get("state", "")):
        raise LaunchRefusedError
    if "code" not in request.GET:
        raise CodeRefusedError
    issuer = issuer_at(begun.address)
    context = tokens.redeem(
        issuer=issuer, configuration=launching.configuration_of(issuer), launch=begun, code=request.GET["code"]
    )  # fmt: skip
    try:
        user = arriving.person(issuer, context)
        encounter = arriving.stay(user, issuer, context)
    except (LaunchRefusedError, Http404) as refused:
        _record_refusal(issuer.address, context, refused)
        raise
    _sign_in(request, user, encounter, context)
    return redirect("encounter", public_id=encounter.public_id)


def _sign_in(request: HttpRequest, user: User, encounter: Encounter, context: Context) -> None:
    """A session of the EHR's making, unless the same person is here already with both factors of ours."""
    if request.user != user or signed_in_by_ehr(request):
        request.session.flush()
        login(request, user, backend=BACKEND)
        request.session[EHR_SESSION] = True
    if not context.wants_banner:
        request.session["banner_in_ehr"] = str(encounter.public_id)
    else:
        request.session.pop("banner_in_ehr", None)


def _record_refusal(issuer: str, context: Context, refused: Exception) -> None:
    code = getattr(refused, "code", "not_found")
    log.warning("launch refused", code=code)
    with transaction.atomic():
        audit.record(actor=None, verb="smart.refused", detail={"issuer": issuer, "user": context.fhir_user, "code": code})


def _public(request: HttpRequest, path: str) -> str:
    return f"{settings.PUBLIC_ADDRESS}{path}" if settings.PUBLIC_ADDRESS else request.build_absolute_uri(path)
