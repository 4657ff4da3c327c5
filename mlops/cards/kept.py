"""The card that was sealed with a version's evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlops.models import Evidence
from predictions.models import ModelVersion


def card_of(version: ModelVersion) -> Mapping[str, Any] | None:
    return Evidence.objects.filter(version=version).values_list("card", flat=True).first()
