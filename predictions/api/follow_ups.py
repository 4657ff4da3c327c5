"""Follow-ups and outcomes: what was done about a stay, and whether the patient came back, as the EHR writes it."""

from __future__ import annotations

from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from clinical import audit, follow_ups, outcomes
from clinical import models as rows
from clinical.access import scope_of_units
from clinical.doors.door import in_scope
from clinical.errors import FactsRefusedError, Fault
from clinical.models.follow_up import FollowUpKind, FollowUpState
from clinical.models.outcome import Readmission
from predictions.api.describing import IDEMPOTENCY_KEY, operation
from predictions.api.door import ApiDoor
from predictions.api.encounters import encounter_reached
from predictions.api.examples import A_FOLLOW_UP, AN_OUTCOME
from predictions.api.pages import newest_first
from predictions.api.reading import asked
from predictions.api.shapes.pages import FollowUpPage
from predictions.api.shapes.queries import PageQuery, asked_for, parameters_of
from predictions.api.shapes.work import FollowUp, NewFollowUp, Outcome, OutcomeReport
from predictions.models import Prediction
from predictions.worklist import note_follow_up

GROUP = "follow-ups"


class FollowUps(ApiDoor):
    """What was done about one stay."""

    needs = {"GET": "followup.read", "POST": "followup.write"}

    @operation(
        "listFollowUps",
        "List what was done about a stay",
        {200: (FollowUpPage, "The newest first.")},
        group=GROUP,
        refuses=[404, 422],
        parameters=parameters_of(PageQuery),
    )
    @in_scope
    def get(self, request: Request, encounter_id: UUID) -> Response:
        query = asked_for(PageQuery, request)
        stay = encounter_reached(self.units, encounter_id)
        actions = rows.FollowUp.objects.filter(encounter=stay)
        found, following = newest_first(actions, cursor=query.cursor, limit=query.limit, of=f"{GROUP} {encounter_id}")
        detail = {"follow_ups": [action.public_id for action in found]}
        audit.record(
            actor=self.client, verb="follow_ups.listed", subject_type="encounter", subject_id=encounter_id, detail=detail
        )
        items = [_told(action, stay) for action in found]
        return Response(FollowUpPage.model_construct(items=items, next=following).as_json())

    @operation(
        "recordFollowUp",
        "Record what was done about a stay",
        {201: (FollowUp, "Recorded.")},
        group=GROUP,
        asks=NewFollowUp,
        refuses=[404],
        parameters=[IDEMPOTENCY_KEY],
        examples=[A_FOLLOW_UP],
    )
    def post(self, request: Request, encounter_id: UUID) -> Response:
        sent = asked(NewFollowUp, request.data)
        with scope_of_units(self.units):
            stay = encounter_reached(self.units, encounter_id)
            _must_be_of(stay, sent.prediction_id)
            action = follow_ups.record(
                encounter=stay, kind=FollowUpKind(sent.kind), state=FollowUpState(sent.state), note=sent.note,
                by=self.client, prediction_id=sent.prediction_id, submission_id=_submission(request),
            )  # fmt: skip
            note_follow_up(stay)
        return Response(_told(action, stay).as_json(), status=201)


class OutcomeOfEncounter(ApiDoor):
    """Whether the patient came back."""

    needs = {"GET": "encounter.read", "PUT": "outcome.write"}

    @operation(
        "readOutcome",
        "Read whether the patient came back",
        {200: (Outcome, "What is known of it.")},
        group=GROUP,
        refuses=[404],
    )
    @in_scope
    def get(self, _request: Request, encounter_id: UUID) -> Response:
        stay = encounter_reached(self.units, encounter_id)
        outcome = rows.Outcome.objects.filter(encounter=stay).first()
        audit.record(actor=self.client, verb="outcome.viewed", subject_type="encounter", subject_id=encounter_id)
        return Response(_outcome(outcome, stay).as_json())

    @operation(
        "reportOutcome",
        "Report whether the patient came back",
        {200: (Outcome, "As it is kept now.")},
        group=GROUP,
        asks=OutcomeReport,
        refuses=[404],
        parameters=[IDEMPOTENCY_KEY],
        examples=[AN_OUTCOME],
        says=(
            "`within_30` is taken as soon as it happens; `later` and `none` once discharge, 30 days and the lag for late"
            " reports have passed, because nobody can know them before."
        ),
    )
    def put(self, request: Request, encounter_id: UUID) -> Response:
        sent = asked(OutcomeReport, request.data)
        with scope_of_units(self.units):
            stay = encounter_reached(self.units, encounter_id)
            outcome = outcomes.report(encounter=stay, readmission=Readmission(sent.readmission), by=self.client)
        return Response(_outcome(outcome, stay).as_json())


def _must_be_of(stay: rows.Encounter, prediction_id: UUID | None) -> None:
    if prediction_id and not Prediction.objects.filter(public_id=prediction_id, encounter=stay).exists():
        raise FactsRefusedError([Fault("prediction_id", "is no prediction of this stay")])


def _submission(request: Request) -> UUID:
    """Of one key of one client there is one follow-up, for ever, also when the key itself is long forgotten."""
    key = request.headers.get("Idempotency-Key")
    return uuid5(NAMESPACE_URL, f"{request.user.pk} {request.path} {key}") if key else uuid4()


def _told(action: rows.FollowUp, stay: rows.Encounter) -> FollowUp:
    return FollowUp.model_construct(
        id=action.public_id, encounter_id=stay.public_id, kind=action.kind, state=action.state, note=action.note,
        prediction_id=action.prediction_id, recorded_at=action.recorded_at,
    )  # fmt: skip


def _outcome(outcome: rows.Outcome | None, stay: rows.Encounter) -> Outcome:
    return Outcome.model_construct(
        encounter_id=stay.public_id,
        readmission=outcome.readmission or None if outcome else None,
        matures_at=outcome.matures_at if outcome else None,
        reported_at=outcome.reported_at if outcome else None,
        counts=outcome is not None and outcome.is_known(timezone.now()),
    )
