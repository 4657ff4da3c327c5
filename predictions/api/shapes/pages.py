"""Lists: each a page of rows with the cursor of the next one."""

from __future__ import annotations

from pydantic import Field

from predictions.api.shapes.base import Told
from predictions.api.shapes.facts import Encounter
from predictions.api.shapes.models import ModelVersion
from predictions.api.shapes.scores import Prediction
from predictions.api.shapes.work import FollowUp, WorklistLine

NEXT = Field(description="The cursor of the next page; null on the last one.")


class EncounterPage(Told):
    """Stays, the newest known first."""

    items: list[Encounter]
    next: str | None = NEXT


class PredictionPage(Told):
    """What was said of a stay, the newest first."""

    items: list[Prediction]
    next: str | None = NEXT


class FollowUpPage(Told):
    """What was done about a stay, the newest first."""

    items: list[FollowUp]
    next: str | None = NEXT


class WorklistPage(Told):
    """The list, the highest risk first; whoever has no score stands at its end."""

    items: list[WorklistLine]
    next: str | None = NEXT
    total: int = Field(description="Lines of the whole list, counted up to 1,001.")
    not_scored: int


class ModelPage(Told):
    """Versions, the newest first."""

    items: list[ModelVersion]
    next: str | None = NEXT
