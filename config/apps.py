"""Django's registration of the config package, so that its commands are found."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Doors."""

    name = "config"
