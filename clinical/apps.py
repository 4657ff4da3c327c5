"""Django's registration of the clinical package."""

from django.apps import AppConfig


class ClinicalConfig(AppConfig):
    """Facts."""

    name = "clinical"
