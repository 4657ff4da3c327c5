"""Django's registration of the mlops package."""

from django.apps import AppConfig


class MlopsConfig(AppConfig):
    """The life of models."""

    name = "mlops"
    verbose_name = "Training and watching"
