"""The addresses that an EHR is told when it registers this application."""

from __future__ import annotations

from django.urls import URLPattern, path

from predictions.smart import views

urlpatterns: list[URLPattern] = [
    path("launch", views.launch, name="smart-launch"),
    path("callback", views.callback, name="smart-callback"),
]
