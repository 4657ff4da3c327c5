"""The least that Django can be: one view, no application, no database. What `memory` is compared with."""

from __future__ import annotations

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["localhost"], SECRET_KEY="for no secret")  # noqa: S106  nothing is signed


def alive(_request: HttpRequest) -> HttpResponse:
    """The one view."""
    return HttpResponse("alive")


urlpatterns = [path("health/live", alive)]
application = get_wsgi_application()
