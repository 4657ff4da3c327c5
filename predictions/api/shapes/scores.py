"""Predictions as they are told: the score, why, and what came of it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from predictions.api.shapes.base import Moment, Told, one_of
from predictions.api.shapes.facts import Encounter
from predictions.bands import BandName
from predictions.factor_group import FactorGroup

Probability = Annotated[float, Field(ge=0, le=1)]
BandCode = Annotated[str, one_of("Band", (band.value for band in BandName))]
GroupCode = Annotated[str, one_of("FactorGroup", (group.value for group in FactorGroup))]


class Interval(Told):
    """95 %: how far the score may be off."""

    low: Probability
    high: Probability


class ModelName(Told):
    """Which version said it."""

    id: UUID
    name: str
    number: int


class Void(Told):
    """Why a prediction no longer stands. It is kept, and counts for nothing."""

    reason: str
    at: Moment


class Prediction(Told):
    """What one version of the model said of one encounter from one set of facts. Never changed."""

    id: UUID = Field(description="Also the trace id: cards, follow-ups and outcomes carry it.")
    encounter_id: UUID
    model: ModelName
    risk_probability: Probability = Field(description="Of an unplanned readmission within 30 days of discharge.")
    interval: Interval
    band: BandCode
    in_words: str
    unusual: list[str] = Field(description="What was unusual in the record that the score was made from.")
    as_of: Moment = Field(description="Nothing later than this was looked at.")
    scored_at: Moment
    void: Void | None


class NotScored(Told):
    """Why there is no score. An absent score is never a low risk."""

    reason: str
    will_be_tried_again: bool


class ScoredEncounter(Told):
    """A stay with its newest score and the two strongest reasons that raise it; or why there is none."""

    encounter: Encounter
    prediction: Prediction | None
    main_reasons: list[str]
    not_scored: NotScored | None


class Factor(Told):
    """One clinical reason."""

    key: str
    label: str
    value: str
    contribution: float = Field(description="What it adds to, or takes from, the probability.")
    group: GroupCode = Field(description="What can be done about it.")


class Why(Told):
    """base_probability and the contributions of all factors add up to risk_probability. Nothing here is a cause."""

    prediction_id: UUID
    base_probability: Probability
    risk_probability: Probability
    factors: list[Factor] = Field(description="Strongest first.")
    main_reasons: list[str]
    unusual: list[str]
    cannot_see: list[str] = Field(description="What no score knows of a patient.")


class Event(Told):
    """One thing that happened, in the order of time."""

    at: Moment
    what: str
    by: str | None
    detail: dict[str, Any]


class Story(Told):
    """Everything that carries this prediction's id."""

    trace_id: UUID
    encounter_id: UUID
    events: list[Event]
