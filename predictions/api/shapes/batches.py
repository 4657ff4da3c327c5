"""Batches as they are sent and answered: one result for each item, in the order in which they were sent."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from predictions.api.shapes.base import Asked, Told
from predictions.api.shapes.facts import EncounterFacts
from predictions.api.shapes.scores import NotScored, Prediction

MOST_ITEMS = 1_000


class Batch(Asked):
    """Up to 1,000 stays. Each stands for itself: what is wrong with one keeps no other from being stored."""

    encounters: Annotated[list[EncounterFacts], Field(min_length=1, max_length=MOST_ITEMS)]


class LooseBatch(Asked):
    """The same before its items are looked at, each by itself."""

    encounters: Annotated[list[Any], Field(min_length=1, max_length=MOST_ITEMS)]


class ItemFault(Told):
    """What is wrong with one member of one item."""

    field: str
    message: str


class BatchItem(Told):
    """What became of one stay."""

    position: int = Field(description="From 1, as they were sent.")
    status: int = Field(description="201 stored, 200 known or corrected, 202 stored and not scored yet, 422 refused.")
    visit_number: str | None
    encounter_id: UUID | None
    version: int | None
    prediction: Prediction | None
    main_reasons: list[str]
    not_scored: NotScored | None
    code: str | None = Field(description="Why it was refused.")
    errors: list[ItemFault]


class BatchAnswer(Told):
    """What became of each."""

    stored: int
    refused: int
    items: list[BatchItem]
