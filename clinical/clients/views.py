"""The token endpoint."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from oauth2_provider.views import TokenView

from clinical.access import public

_issue = TokenView.as_view()


@csrf_exempt
@public
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Whoever may have a token proves it here; where no API is served there is none."""
    if not settings.SERVES_API:
        raise Http404
    answer: HttpResponse = _issue(request)
    return answer
