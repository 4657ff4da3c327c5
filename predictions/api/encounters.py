"""Encounters: told of, corrected, read and listed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from clinical import audit
from clinical.access import scope_of_units
from clinical.doors.door import in_scope
from clinical.errors import FactsRefusedError, Fault
from clinical.intake.facts import StayReport
from clinical.models import CareUnit, Encounter
from predictions import intake
from predictions.api import telling
from predictions.api.describing import IDEMPOTENCY_KEY, IF_MATCH, operation
from predictions.api.door import ApiDoor
from predictions.api.examples import AN_ENCOUNTER, SOME_CORRECTION
from predictions.api.pages import newest_first
from predictions.api.reading import asked, corrected_report_of, report_of, where_it_was_sent, whole_report_of
from predictions.api.shapes.facts import EncounterCorrection, EncounterFacts
from predictions.api.shapes.pages import EncounterPage
from predictions.api.shapes.queries import EncounterQuery, asked_for, parameters_of
from predictions.api.shapes.scores import ScoredEncounter
from predictions.api.versions import etag_of, version_asked_for
from predictions.intake import TakenIn

GROUP = "encounters"
_STORED = {
    200: (ScoredEncounter, "Known already, or corrected; with the score that stands."),
    202: (ScoredEncounter, "Stored. It could not be scored yet, for the reason told, and will be tried again."),
}


class Encounters(ApiDoor):
    """All stays that the caller reaches."""

    needs = {"GET": "encounter.read", "POST": "encounter.write"}

    @operation(
        "listEncounters",
        "List the stays of the wards that the token reaches",
        {200: (EncounterPage, "The newest known first.")},
        group=GROUP,
        refuses=[422],
        parameters=parameters_of(EncounterQuery),
    )
    @in_scope
    def get(self, request: Request) -> Response:
        query = asked_for(EncounterQuery, request)
        found, following = newest_first(_stays(self.units, query), cursor=query.cursor, limit=query.limit, of=GROUP)
        detail = {"encounters": [stay.public_id for stay in found]}
        audit.record(actor=self.client, verb="encounters.listed", subject_type="encounters", detail=detail)
        return Response(
            EncounterPage.model_construct(items=[telling.encounter(stay) for stay in found], next=following).as_json()
        )

    @operation(
        "createEncounter",
        "Tell of a stay, and have it scored and explained at once",
        {201: (ScoredEncounter, "Stored, with its score, or with the reason why there can be none."), **_STORED},
        group=GROUP,
        asks=EncounterFacts,
        parameters=[IDEMPOTENCY_KEY],
        examples=[AN_ENCOUNTER],
    )
    def post(self, request: Request) -> Response:
        sent = asked(EncounterFacts, request.data)
        taken = _taken_in(report_of(sent), units=self.units, by=self.client, told_at=sent.told_at)
        return _answer(taken)


class OneEncounter(ApiDoor):
    """One stay."""

    needs = {"GET": "encounter.read", "PATCH": "encounter.write", "PUT": "encounter.write"}

    @operation(
        "readEncounter",
        "Read a stay with its newest score",
        {200: (ScoredEncounter, "As it is kept now; the ETag names this version.")},
        group=GROUP,
        refuses=[404],
    )
    @in_scope
    def get(self, request: Request, encounter_id: UUID) -> Response:
        stay = encounter_reached(self.units, encounter_id)
        told = telling.as_listed(stay, getattr(stay, "worklist_entry", None))
        shown = told.prediction.id if told.prediction else None
        audit.record(
            actor=self.client, verb="encounter.viewed", subject_type="encounter", subject_id=encounter_id,
            detail={"prediction": shown},
        )  # fmt: skip
        return Response(told.as_json(), headers={"ETag": etag_of(stay)})

    @operation(
        "correctEncounter",
        "Correct some facts of a stay, and have it scored anew",
        _STORED,
        group=GROUP,
        asks=EncounterCorrection,
        refuses=[404, 412, 428],
        parameters=[IF_MATCH, IDEMPOTENCY_KEY],
        examples=[SOME_CORRECTION],
    )
    def patch(self, request: Request, encounter_id: UUID) -> Response:
        sent = asked(EncounterCorrection, request.data)
        kept = self._kept(encounter_id)
        version = version_asked_for(request, of=kept)
        report = corrected_report_of(sent, kept=kept)
        return _answer(_taken_in(report, units=self.units, by=self.client, told_at=sent.told_at, if_version=version))

    @operation(
        "replaceEncounter",
        "Tell all facts of a stay anew; what is left out is no longer known",
        _STORED,
        group=GROUP,
        asks=EncounterFacts,
        refuses=[404, 412, 428],
        parameters=[IF_MATCH, IDEMPOTENCY_KEY],
        examples=[AN_ENCOUNTER],
    )
    def put(self, request: Request, encounter_id: UUID) -> Response:
        sent = asked(EncounterFacts, request.data)
        kept = self._kept(encounter_id)
        version = version_asked_for(request, of=kept)
        must_be_the_same_stay(sent, kept)
        report = whole_report_of(sent)
        return _answer(_taken_in(report, units=self.units, by=self.client, told_at=sent.told_at, if_version=version))

    def _kept(self, encounter_id: UUID) -> Encounter:
        with scope_of_units(self.units):
            return encounter_reached(self.units, encounter_id)


class ScoreEncounter(ApiDoor):
    """A score now, of what is known now."""

    needs = {"POST": "prediction.write"}

    @operation(
        "scoreEncounter",
        "Have a stay scored now",
        {
            200: (ScoredEncounter, "With its score, or with the reason why there can be none."),
            202: (ScoredEncounter, "It could not be scored yet, for the reason told, and will be tried again."),
        },
        group=GROUP,
        refuses=[404, 409],
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, _request: Request, encounter_id: UUID) -> Response:
        with scope_of_units(self.units):
            stay = encounter_reached(self.units, encounter_id)
            audit.record(actor=self.client, verb="encounter.score_asked", subject_type="encounter", subject_id=encounter_id)
        return _answer(intake.score_now(stay))


def _stays(units: list[CareUnit], query: EncounterQuery) -> QuerySet[Encounter]:
    stays = Encounter.objects.select_related("patient", "unit").filter(unit__in=units)
    if query.unit is not None:
        stays = stays.filter(unit__code=query.unit)
    if query.patient is not None:
        stays = stays.filter(patient__public_id=query.patient)
    if query.on_the_ward is not None:
        stays = stays.filter(discharged_at__isnull=query.on_the_ward)
    if query.discharged_since is not None:
        stays = stays.filter(discharged_at__gte=query.discharged_since)
    return stays


def encounter_reached(units: list[CareUnit], encounter_id: UUID) -> Encounter:
    """Another ward's stay and one that does not exist are the same to whoever asks."""
    stays = Encounter.objects.select_related("patient", "unit", "worklist_entry__prediction")
    stay = stays.filter(unit__in=units, public_id=encounter_id).first()
    if stay is None:
        raise Http404
    return stay


def must_be_the_same_stay(sent: EncounterFacts, kept: Encounter) -> None:
    faults = []
    if sent.visit_number != kept.source_id:
        faults.append(Fault("visit_number", "is another stay's"))
    if sent.patient.medical_record_number != kept.patient.medical_record_number:
        faults.append(Fault("patient.medical_record_number", "is another patient's"))
    if faults:
        raise FactsRefusedError(faults)


def _taken_in(report: StayReport, **others: Any) -> TakenIn:
    try:
        return intake.take_in(report=report, **others)
    except FactsRefusedError as refused:
        raise where_it_was_sent(refused) from None


def _answer(taken: TakenIn) -> Response:
    waits = taken.not_scored is not None and taken.not_scored.may_pass
    status = 202 if waits else 201 if taken.is_new else 200
    told = telling.scored(taken.encounter, score=taken.prediction, refused=taken.not_scored)
    headers = {"ETag": etag_of(taken.encounter)}
    if taken.is_new:
        headers["Location"] = reverse("api-encounter", args=[taken.encounter.public_id])
    return Response(told.as_json(), status=status, headers=headers)
