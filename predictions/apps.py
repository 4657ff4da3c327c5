"""Django's registration of the predictions package."""

from django.apps import AppConfig


class PredictionsConfig(AppConfig):
    """What a model says."""

    name = "predictions"
    verbose_name = "Models"
