"""The worklist, as the ward's screens show it, for another system's screens."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from clinical.doors.door import in_scope
from clinical.errors import Fault
from clinical.models import CareUnit
from predictions.api.describing import operation
from predictions.api.door import ApiDoor
from predictions.api.reading import ShapeRefusedError
from predictions.api.shapes.pages import WorklistPage
from predictions.api.shapes.queries import WorklistQuery, asked_for, parameters_of
from predictions.api.shapes.scores import Interval
from predictions.api.shapes.work import WorklistLine
from predictions.models import WorklistEntry
from predictions.sealed import seal, unseal
from predictions.worklist import found_for
from predictions.worklist_choice import Choice, Place

GROUP = "worklist"


class Worklist(ApiDoor):
    """The list of the wards that the token reaches."""

    needs = {"GET": "worklist.read"}

    @operation(
        "readWorklist",
        "Read the worklist, the highest risk first",
        {200: (WorklistPage, "Fifty lines a page.")},
        group=GROUP,
        refuses=[422],
        parameters=parameters_of(WorklistQuery),
    )
    @in_scope
    def get(self, request: Request) -> Response:
        query = asked_for(WorklistQuery, request)
        found = found_for(user=self.client, units=self.units, choice=_choice(query, self.units))
        entries = _entries([place.encounter for place in found.places])
        page = WorklistPage.model_construct(
            items=[_line(entry) for entry in entries],
            next=_sealed(found.following) if found.following else None,
            total=found.total,
            not_scored=found.not_scored,
        )
        return Response(page.as_json())


def _choice(query: WorklistQuery, units: list[CareUnit]) -> Choice:
    unit = next((unit for unit in units if unit.code == query.unit), None)
    if query.unit is not None and unit is None:
        raise ShapeRefusedError([Fault("unit", "is no ward that the token reaches")])
    return Choice(
        view=query.view, unit=unit, band=query.band or "", follow_up=query.follow_up or "", place=_place(query.cursor)
    )


def _place(cursor: str | None) -> Place | None:
    match unseal(cursor) if cursor else None:
        case [str(name), value, int(encounter)] if name == GROUP:
            return Place(value, encounter)
    if cursor is not None:
        raise ShapeRefusedError([Fault("cursor", "is none of this list's")])
    return None


def _sealed(place: Place) -> str:
    return seal([GROUP, place.value, place.encounter])


def _entries(encounter_ids: list[int]) -> list[WorklistEntry]:
    entries = WorklistEntry.objects.select_related("encounter__patient", "unit").filter(pk__in=encounter_ids)
    by_id = {entry.pk: entry for entry in entries.select_related("encounter__patient", "unit", "prediction").defer(*_LONG)}
    return [by_id[pk] for pk in encounter_ids if pk in by_id]


def _line(entry: WorklistEntry) -> WorklistLine:
    score = entry.prediction
    return WorklistLine.model_construct(
        encounter_id=entry.encounter.public_id,
        patient_id=entry.encounter.patient.public_id,
        unit=entry.unit.code,
        admitted_at=entry.admitted_at,
        discharged_at=entry.discharged_at,
        prediction_id=score.public_id if score else None,
        risk_probability=score.risk_probability if score else None,
        interval=Interval.model_construct(low=score.risk_low, high=score.risk_high) if score else None,
        band=entry.band or None,
        main_reasons=list(entry.reasons),
        not_scored_reason=entry.not_scored_reason or None,
        follow_up_state=entry.follow_up_state or None,
        follow_up_at=entry.follow_up_at,
    )


# the arrays of a score are as large as all the rest, and no line tells them
_LONG = ("prediction__feature_values", "prediction__factors", "prediction__input_flags")
