"""Django's registration of the mlops package."""

from django.apps import AppConfig


class MlopsConfig(AppConfig):
    """The life of models."""

    name = "mlops"
    verbose_name = "Training and watching"

    def ready(self) -> None:
        from mlops.cards import kept  # noqa: PLC0415  rows can be imported only once every package is registered
        from predictions import model_cards  # noqa: PLC0415  as above

        model_cards.read_by(kept.card_of)
