"""Where systems ask for their tokens."""

from __future__ import annotations

from django.urls import path

from clinical.clients import views

urlpatterns = [
    path("oauth/token", views.token, name="token"),
    path("oauth/revoke", views.revoke, name="token-revoke"),
    path(".well-known/smart-configuration", views.configuration, name="smart-configuration"),
]
