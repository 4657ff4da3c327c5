"""The doors of the REST API, version 1."""

from __future__ import annotations

from django.urls import URLPattern, path

from predictions.api import encounters

urlpatterns: list[URLPattern] = [
    path("encounters", encounters.Encounters.as_view(), name="api-encounters"),
    path("encounters/<uuid:encounter_id>", encounters.OneEncounter.as_view(), name="api-encounter"),
]
