"""Where systems get their tokens and give them back, and where they read how."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from oauth2_provider.views import RevokeTokenView, TokenView

from clinical.access import public
from clinical.clients.addresses import address_of
from clinical.clients.discovery import smart_configuration
from clinical.clients.tokens import ADDRESS

_issue, _take_back = TokenView.as_view(), RevokeTokenView.as_view()


@csrf_exempt
@public
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Whoever may have a token proves it here; where no API is served there is none."""
    _only_where_served()
    answer: HttpResponse = _issue(_with_address(request))
    return answer


@csrf_exempt
@public
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """A token that is not needed any more ends here, before its time."""
    _only_where_served()
    answer: HttpResponse = _take_back(_with_address(request))
    return answer


@public
@require_safe
def configuration(request: HttpRequest) -> HttpResponse:
    """SMART Backend Services: where the token endpoint is, and what it takes."""
    _only_where_served()
    return JsonResponse(smart_configuration(request))


def _with_address(request: HttpRequest) -> HttpRequest:
    """What a signed statement has to be made for; for giving back too it is the token endpoint (RFC 7523, section 3)."""
    request.META[ADDRESS] = address_of(request, reverse("token"))
    return request


def _only_where_served() -> None:
    if not settings.SERVES_API:
        raise Http404
