"""The doors of uploads."""

from __future__ import annotations

from django.urls import URLPattern, path

from predictions.upload import views

urlpatterns: list[URLPattern] = [
    path("", views.uploads, name="uploads"),
    path("template.csv", views.template_file, name="upload-template"),
    path("<uuid:public_id>/", views.upload, name="upload"),
    path("<uuid:public_id>/import/", views.ask_for_import, name="upload-import"),
    path("<uuid:public_id>/discard/", views.discard, name="upload-discard"),
    path("<uuid:public_id>/refused.csv", views.refused_rows, name="upload-refused"),
]
