"""The story of one prediction: everything that carries its id, in the order of time."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from clinical.models import FollowUp, Outcome
from predictions.api import kept
from predictions.api.shapes.scores import Event, Story
from predictions.models import Prediction, PredictionVoid


def story_of(score: Prediction) -> Story:
    """Read with its encounter, in the scope of whoever asks."""
    events = [_scored(score), *_voids(score), *_follow_ups(score), *_outcome(score)]
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


def _follow_ups(score: Prediction) -> list[Event]:
    actions = FollowUp.objects.filter(prediction_id=score.public_id).select_related("recorded_by")
    return [
        _event(
            action.recorded_at,
            "follow-up",
            str(action.recorded_by),
            id=str(action.public_id),
            kind=action.kind,
            state=action.state,
        )
        for action in actions
    ]


def _outcome(score: Prediction) -> list[Event]:
    """Nothing before it may be counted."""
    outcome = Outcome.objects.filter(encounter=score.encounter).first()
    if outcome is None or not outcome.is_known(timezone.now()) or outcome.reported_at is None:
        return []
    return [_event(outcome.reported_at, "outcome", readmission=outcome.readmission)]
