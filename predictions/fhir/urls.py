"""The addresses that FHIR R4 lays down, under /fhir."""

from __future__ import annotations

from django.urls import URLPattern, path

from predictions.fhir import views

urlpatterns: list[URLPattern] = [
    path("fhir", views.Base.as_view(), name="fhir-base"),
    path("fhir/", views.Base.as_view(), name="fhir-base-slash"),
    path("fhir/metadata", views.Metadata.as_view(), name="fhir-metadata"),
    path("fhir/.well-known/smart-configuration", views.smart, name="fhir-smart-configuration"),
    path("fhir/$process-message", views.ProcessMessage.as_view(), name="fhir-process-message"),
    path("fhir/<str:resource_type>", views.OfType.as_view(), name="fhir-type"),
    path("fhir/<str:resource_type>/_search", views.SearchByPost.as_view(), name="fhir-search"),
    path("fhir/<str:resource_type>/<str:resource_id>", views.OneOfType.as_view(), name="fhir-resource"),
]
