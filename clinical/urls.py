"""The doors of the clinical package."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
