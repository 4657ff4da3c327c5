"""Predictions: read, why, what was said of a stay before, and the whole story of one."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from clinical import audit
from clinical.doors.door import in_scope
from clinical.models import CareUnit
from predictions.api import story, telling
from predictions.api.describing import operation
from predictions.api.door import ApiDoor
from predictions.api.encounters import encounter_reached
from predictions.api.pages import newest_first
from predictions.api.shapes.pages import PredictionPage
from predictions.api.shapes.queries import PageQuery, asked_for, parameters_of
from predictions.api.shapes.scores import Prediction as ToldPrediction
from predictions.api.shapes.scores import Story, Why
from predictions.models import Prediction, PredictionVoid

GROUP = "predictions"


class Predictions(ApiDoor):
    """What was said of one stay."""

    needs = {"GET": "prediction.read"}

    @operation(
        "listPredictions",
        "List what was said of a stay",
        {200: (PredictionPage, "The newest first.")},
        group=GROUP,
        refuses=[404, 422],
        parameters=parameters_of(PageQuery),
    )
    @in_scope
    def get(self, request: Request, encounter_id: UUID) -> Response:
        query = asked_for(PageQuery, request)
        stay = encounter_reached(self.units, encounter_id)
        scores = _with_voids(Prediction.objects.filter(encounter=stay))
        found, following = newest_first(scores, cursor=query.cursor, limit=query.limit, of=f"{GROUP} {encounter_id}")
        items = [telling.prediction(score, of=stay, void=standing_void(score)) for score in found]
        detail = {"predictions": [score.public_id for score in found]}
        audit.record(
            actor=self.client, verb="predictions.listed", subject_type="encounter", subject_id=encounter_id, detail=detail
        )
        return Response(PredictionPage.model_construct(items=items, next=following).as_json())


class OnePrediction(ApiDoor):
    """One prediction."""

    needs = {"GET": "prediction.read"}

    @operation("readPrediction", "Read a prediction", {200: (ToldPrediction, "As it was made.")}, group=GROUP, refuses=[404])
    @in_scope
    def get(self, _request: Request, prediction_id: UUID) -> Response:
        score = self._read(prediction_id)
        return Response(telling.prediction(score, of=score.encounter, void=standing_void(score)).as_json())

    def _read(self, prediction_id: UUID) -> Prediction:
        """In the transaction of the answer."""
        score = prediction_reached(self.units, prediction_id)
        detail = {"prediction": prediction_id}
        subject = score.encounter.public_id
        audit.record(actor=self.client, verb="prediction.viewed", subject_type="encounter", subject_id=subject, detail=detail)
        return score


class WhyPrediction(OnePrediction):
    """Why it is what it is."""

    @operation(
        "explainPrediction",
        "Read why a prediction is what it is",
        {200: (Why, "Every factor, on the probability scale.")},
        group=GROUP,
        refuses=[404],
    )
    @in_scope
    def get(self, _request: Request, prediction_id: UUID) -> Response:
        return Response(telling.why(self._read(prediction_id)).as_json())


class StoryOfPrediction(OnePrediction):
    """What came of it."""

    @operation(
        "tellPrediction",
        "Read what came of a prediction: cards, follow-ups, outcome",
        {200: (Story, "In the order of time.")},
        group=GROUP,
        refuses=[404],
    )
    @in_scope
    def get(self, _request: Request, prediction_id: UUID) -> Response:
        return Response(story.story_of(self._read(prediction_id)).as_json())


def prediction_reached(units: list[CareUnit], prediction_id: UUID) -> Prediction:
    """Of a ward that is reached; any other is the same as none."""
    scores = _with_voids(Prediction.objects.select_related("encounter"))
    score = scores.filter(encounter__unit__in=units, public_id=prediction_id).first()
    if score is None:
        raise Http404
    return score


def standing_void(score: Prediction) -> PredictionVoid | None:
    return next(iter(score.voids.all()), None)


def _with_voids(scores: QuerySet[Prediction]) -> QuerySet[Prediction]:
    standing = PredictionVoid.objects.filter(taken_back_at__isnull=True)
    return scores.prefetch_related(Prefetch("voids", queryset=standing))
