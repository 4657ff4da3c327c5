"""The story of one prediction, by its number: who was shown it, what they did, what was arranged, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from clinical.models import FollowUp, Outcome
from clinical.models.outcome import Readmission
from predictions.models import CdsCard, CdsFeedback, Prediction


@dataclass(frozen=True)
class Reaction:
    """What one user did with a card."""

    at: datetime
    outcome: str
    accepted: list[str]
    reason_code: str
    reason_system: str


@dataclass(frozen=True)
class ShownCard:
    """One card that told this prediction."""

    uuid: UUID
    hook: str
    client: str
    shown_to: str
    shown_at: datetime
    suggested: list[str]
    feedback: list[Reaction]


@dataclass(frozen=True)
class Story:
    """From the score to what came of it. `outcome` is empty while it cannot be known."""

    prediction: Prediction
    cards: list[ShownCard]
    follow_ups: list[FollowUp]
    outcome: Readmission | None
    outcome_known_from: datetime | None
    outcome_reported_at: datetime | None


def story_of(prediction_id: UUID) -> Story | None:
    """Read in the scope of whoever asks; None where there is no such prediction, or none that they may see."""
    found = Prediction.objects.select_related("encounter", "model_version").filter(public_id=prediction_id)
    prediction = found.first()
    if prediction is None:
        return None
    cards = CdsCard.objects.filter(prediction=prediction).select_related("client").prefetch_related("feedback")
    actions = FollowUp.objects.filter(encounter=prediction.encounter, prediction_id=prediction.public_id)
    outcome = Outcome.objects.filter(encounter=prediction.encounter).first()
    is_known = outcome is not None and outcome.is_known(timezone.now())
    return Story(
        prediction=prediction,
        cards=[_shown(card) for card in cards],
        follow_ups=list(actions.select_related("recorded_by").order_by("recorded_at", "pk")),
        outcome=Readmission(outcome.readmission) if outcome is not None and is_known else None,
        outcome_known_from=outcome.matures_at if outcome else None,
        outcome_reported_at=outcome.reported_at if outcome else None,
    )


def _shown(card: CdsCard) -> ShownCard:
    return ShownCard(
        uuid=card.uuid,
        hook=card.hook,
        client=card.client.username,
        shown_to=card.shown_to,
        shown_at=card.shown_at,
        suggested=card.suggested,
        feedback=[_reaction(one) for one in card.feedback.all()],
    )


def _reaction(one: CdsFeedback) -> Reaction:
    return Reaction(one.outcome_at, one.outcome, one.accepted, one.reason_code, one.reason_system)
