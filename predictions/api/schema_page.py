"""The published schema, and a page to read it with: served from here, run by files of our own origin."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinical.access import public
from predictions.api import schema


@public
@require_safe
def schema_file(_request: HttpRequest) -> JsonResponse:
    """OpenAPI 3.1. Tells what there is to ask and of no patient, so anybody may read it."""
    return JsonResponse(schema.schema())


@public
@require_safe
def schema_page(request: HttpRequest) -> HttpResponse:
    """The same for people."""
    return render(request, "predictions/api_schema.html")
