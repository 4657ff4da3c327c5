"""The doors of the predictions package."""

from __future__ import annotations

from django.urls import URLPattern, path

from predictions import views

urlpatterns: list[URLPattern] = [
    path("worklist/", views.worklist, name="worklist"),
    path("worklist/search/", views.search_worklist, name="worklist-search"),
    path("encounters/<uuid:public_id>/", views.encounter, name="encounter"),
    path("encounters/<uuid:public_id>/follow-ups/", views.record_follow_up, name="record-follow-up"),
]
