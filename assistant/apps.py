"""Django's registration of the assistant package."""

from django.apps import AppConfig


class AssistantConfig(AppConfig):
    """Answers with sources."""

    name = "assistant"
