"""Model versions as they are told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import Field

from predictions.api.shapes.base import Moment, Told
from predictions.api.shapes.scores import BandCode, Probability


class RiskBand(Told):
    """Scores from here up to the next band, and what became of held-out patients in it."""

    name: BandCode
    from_probability: Probability
    patients: int
    readmitted: int
    observed_low: Probability
    observed_high: Probability


class ModelVersion(Told):
    """One version of the model."""

    id: UUID
    name: str
    number: int
    status: str
    engine: str
    artefact_sha256: str
    feature_schema: str
    trained_at: Moment
    promoted_at: Moment | None
    bands: list[RiskBand]


class ModelCard(Told):
    """What is told of a version to whoever relies on it; see the document on the model's card."""

    model_id: UUID
    complete: bool
    missing: list[str]
    card: dict[str, Any] = Field(description="The 31 source attributes of a predictive decision support intervention.")


class Health(Told):
    """Whether this door can score now."""

    status: str
    reasons: list[str]
    model: str | None
