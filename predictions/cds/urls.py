"""The addresses that CDS Hooks 2.0 lays down, under the base address of the application."""

from __future__ import annotations

from django.urls import URLPattern, path

from predictions.cds import views

urlpatterns: list[URLPattern] = [
    path("cds-services", views.Discovery.as_view(), name="cds-discovery"),
    path("cds-services/<str:service_id>", views.Service.as_view(), name="cds-service"),
    path("cds-services/<str:service_id>/feedback", views.Feedback.as_view(), name="cds-feedback"),
]
