"""Every door of the application."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config import health, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("health/model", health.model, name="health-model"),
    path("accounts/", include("config.account_urls")),
    path("admin/", admin.site.urls),
    path("uploads/", include("predictions.upload.urls")),
    path("", include("clinical.clients.urls")),
    path("", include("clinical.urls")),
    path("", include("predictions.urls")),
    path("", include("predictions.cds.urls")),
    path("", include("predictions.fhir.urls")),
    path("smart/", include("predictions.smart.urls")),
    path("api/v1/", include("predictions.api.urls")),
]

handler400 = "config.views.bad_request"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"
