"""Versions of the model, their cards, and whether this door can score."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from clinical import audit
from clinical.doors.door import in_scope
from predictions import model_cards
from predictions.api.describing import operation
from predictions.api.door import ApiDoor
from predictions.api.pages import newest_first
from predictions.api.shapes.models import Health, ModelCard, ModelVersion, RiskBand
from predictions.api.shapes.pages import ModelPage
from predictions.api.shapes.queries import PageQuery, asked_for, parameters_of
from predictions.bands import bands_from
from predictions.models import MODEL_NAME, ModelStatus
from predictions.models import ModelVersion as Row

GROUP = "models"


class ModelVersions(ApiDoor):
    """All versions."""

    needs = {"GET": "model.read"}

    @operation(
        "listModels",
        "List the model's versions",
        {200: (ModelPage, "The newest first.")},
        group=GROUP,
        refuses=[422],
        parameters=parameters_of(PageQuery),
    )
    @in_scope
    def get(self, request: Request) -> Response:
        query = asked_for(PageQuery, request)
        versions = Row.objects.filter(name=MODEL_NAME)
        found, following = newest_first(versions, cursor=query.cursor, limit=query.limit, of=GROUP)
        audit.record(actor=self.client, verb="models.listed", detail={"versions": len(found)})
        return Response(ModelPage.model_construct(items=[_told(row) for row in found], next=following).as_json())


class CurrentModel(ApiDoor):
    """The version in office."""

    needs = {"GET": "model.read"}

    @operation(
        "readCurrentModel",
        "Read which version of the model scores now",
        {200: (ModelVersion, "The version in office.")},
        group=GROUP,
        refuses=[404],
    )
    @in_scope
    def get(self, _request: Request) -> Response:
        row = _one(status=ModelStatus.CHAMPION)
        audit.record(actor=self.client, verb="model.viewed", subject_type="model", subject_id=row.public_id)
        return Response(_told(row).as_json())


class OneModel(ApiDoor):
    """One version."""

    needs = {"GET": "model.read"}

    @operation("readModel", "Read a version of the model", {200: (ModelVersion, "The version.")}, group=GROUP, refuses=[404])
    @in_scope
    def get(self, _request: Request, model_id: UUID) -> Response:
        row = _one(public_id=model_id)
        audit.record(actor=self.client, verb="model.viewed", subject_type="model", subject_id=model_id)
        return Response(_told(row).as_json())


class CardOfModel(ApiDoor):
    """The card of one version."""

    needs = {"GET": "model.read"}

    @operation(
        "readModelCard",
        "Read the card of a version of the model",
        {200: (ModelCard, "What whoever relies on it is told.")},
        group=GROUP,
        refuses=[404],
    )
    @in_scope
    def get(self, _request: Request, model_id: UUID) -> Response:
        row = _one(public_id=model_id)
        card = model_cards.card_of(row)
        if not card:
            raise Http404
        audit.record(actor=self.client, verb="model.card_viewed", subject_type="model", subject_id=model_id)
        told = ModelCard.model_construct(
            model_id=row.public_id, complete=bool(card.get("complete")), missing=list(card.get("missing", [])), card=dict(card)
        )
        return Response(told.as_json())


class HealthOfTheDoor(ApiDoor):
    """Whether this process can score."""

    needs = {"GET": "model.read"}

    @operation("readHealth", "Ask whether this door can score now", {200: (Health, "Whether it can.")}, group="health")
    def get(self, _request: Request) -> Response:
        from predictions import champion  # noqa: PLC0415  whoever shows pages knows this address, and loads no model

        reasons: Sequence[str] = champion.reasons_not_ready()
        holds = champion.state().holds
        told = Health.model_construct(
            status="cannot_score" if reasons else "ready",
            reasons=list(reasons),
            model=f"{holds.name} v{holds.number}" if holds else None,
        )
        return Response(told.as_json())


def _one(**which: object) -> Row:
    row = Row.objects.filter(name=MODEL_NAME, **which).first()
    if row is None:
        raise Http404
    return row


def _told(row: Row) -> ModelVersion:
    bands = [
        RiskBand.model_construct(
            name=band.name.value, from_probability=band.from_probability, patients=band.patients, readmitted=band.readmitted,
            observed_low=band.observed_low, observed_high=band.observed_high,
        )
        for band in bands_from(row.bands)
    ]  # fmt: skip
    return ModelVersion.model_construct(
        id=row.public_id, name=row.name, number=row.number, status=row.status, engine=row.engine,
        artefact_sha256=row.artefact_sha256, feature_schema=row.feature_schema_id, trained_at=row.trained_at,
        promoted_at=row.promoted_at, bands=bands,
    )  # fmt: skip
