"""The doors of the predictions package."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
