"""The story of one prediction: everything that carries its id, in the order of time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clinical.models import FollowUp
from predictions.api import kept
from predictions.api.shapes.scores import Event, Story
from predictions.cds import story as cards
from predictions.models import Prediction, PredictionVoid


def story_of(score: Prediction) -> Story:
    """Read with its encounter, in the scope of whoever asks."""
    events = [_scored(score), *_voids(score)]
    told = cards.story_of(score.public_id)
    if told is not None:
        events += [*_cards(told), *map(_follow_up, told.follow_ups), *_outcome(told)]
    return Story.model_construct(
        trace_id=score.public_id, encounter_id=score.encounter.public_id, events=sorted(events, key=lambda event: event.at)
    )


def _event(at: Any, what: str, by: str | None = None, **detail: Any) -> Event:
    return Event.model_construct(at=at, what=what, by=by, detail=detail)


def _scored(score: Prediction) -> Event:
    version = kept.model_name_of(score.model_version_id)
    return _event(
        score.scored_at, "scored", model=f"{version.name} v{version.number}", model_id=str(version.id),
        risk_probability=score.risk_probability, features_sha256=score.features_sha256,
    )  # fmt: skip


def _voids(score: Prediction) -> list[Event]:
    return [_event(void.voided_at, "withdrawn", reason=void.reason) for void in PredictionVoid.objects.filter(prediction=score)]


def _cards(told: cards.Story) -> Iterator[Event]:
    for card in told.cards:
        yield _event(card.shown_at, "card", card.client, card=str(card.uuid), hook=card.hook, suggested=card.suggested)
        for reaction in card.feedback:
            detail = {"card": str(card.uuid), "outcome": reaction.outcome, "accepted": reaction.accepted}
            yield _event(reaction.at, "feedback", card.client, **detail, reason_code=reaction.reason_code)


def _follow_up(action: FollowUp) -> Event:
    by, detail = str(action.recorded_by), {"id": str(action.public_id), "kind": action.kind, "state": action.state}
    return _event(action.recorded_at, "follow-up", by, **detail)


def _outcome(told: cards.Story) -> list[Event]:
    """Nothing before it may be counted."""
    if told.outcome is None or told.outcome_reported_at is None:
        return []
    return [_event(told.outcome_reported_at, "outcome", readmission=told.outcome.value)]
