"""Where the doors below operations get a version's card: whoever writes cards says here how they are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from predictions.models import ModelVersion

Card = Mapping[str, Any]
_READERS: list[Callable[[ModelVersion], Card | None]] = []


def read_by(reader: Callable[[ModelVersion], Card | None]) -> None:
    """Registered once, when the application starts."""
    _READERS.append(reader)


def card_of(version: ModelVersion) -> Card | None:
    """The card as JSON; None where there is none."""
    return next((card for reader in _READERS if (card := reader(version))), None)
