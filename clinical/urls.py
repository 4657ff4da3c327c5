"""The doors of the clinical package."""

from __future__ import annotations

from django.urls import URLPattern, path

from clinical import views

urlpatterns: list[URLPattern] = [
    path("audit/", views.audit_log, name="audit"),
    path("audit/verify/", views.verify_audit, name="audit-verify"),
    path("appearance/", views.appearance, name="appearance"),
]
