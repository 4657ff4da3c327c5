"""Our own addresses, as other systems know them: what a signed statement has to be made for."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request


def address_of(request: HttpRequest | Request, path: str) -> str:
    """The operator's word where there is one: behind a proxy a request may not know its own address."""
    if settings.API_ADDRESS:
        return f"{settings.API_ADDRESS}{path}"
    return str(request.build_absolute_uri(path))
