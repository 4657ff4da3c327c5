"""What an address may ask for. A parameter stands in it once, and an unknown one is refused like an unknown member."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from drf_spectacular.utils import OpenApiParameter
from pydantic import BeforeValidator, Field
from rest_framework.request import Request

from clinical.errors import Fault
from clinical.models.follow_up import FollowUpState
from predictions.api.reading import ShapeRefusedError, asked
from predictions.api.schema import without_names
from predictions.api.shapes.base import Asked, Moment, UuidText, one_of
from predictions.api.shapes.facts import UnitCode
from predictions.bands import BandName
from predictions.worklist_choice import NOT_SCORED, NOTHING_RECORDED, ON_THE_WARD, VIEWS

Shape = TypeVar("Shape", bound=Asked)
MOST_ROWS = 200
USUAL_ROWS = 50
_LONGEST_NUMBER = 4


def _whole(value: object) -> object:
    if not isinstance(value, str) or not value.isdecimal() or not value.isascii() or len(value) > _LONGEST_NUMBER:
        message = "must be a whole number"
        raise ValueError(message)
    return int(value)


def _truth(value: object) -> object:
    if value not in {"true", "false"}:
        message = "must be true or false"
        raise ValueError(message)
    return value == "true"


TruthText = Annotated[bool, BeforeValidator(_truth)]
Cursor = Annotated[
    str, Field(min_length=1, max_length=1_000, pattern="^[A-Za-z0-9_=-]+$", description="`next` of the page before.")
]


class PageQuery(Asked):
    """One page of a list."""

    cursor: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS), BeforeValidator(_whole)] = USUAL_ROWS


class EncounterQuery(PageQuery):
    """Which stays."""

    unit: UnitCode | None = None
    on_the_ward: TruthText | None = Field(None, description="Without, or with, a discharge.")
    discharged_since: Moment | None = None
    patient: UuidText | None = Field(None, description="The patient's id; record numbers do not belong in addresses.")


class WorklistQuery(Asked):
    """Which part of the list."""

    cursor: Cursor | None = None
    view: Annotated[str, one_of("View", VIEWS)] = ON_THE_WARD
    unit: UnitCode | None = None
    band: Annotated[str, one_of("BandFilter", [*(band.value for band in BandName), NOT_SCORED])] | None = None
    follow_up: (
        Annotated[str, one_of("FollowUpFilter", [NOTHING_RECORDED, *(str(state) for state in FollowUpState.values)])] | None
    ) = None


def asked_for(shape: type[Shape], request: Request) -> Shape:
    """The query string as the shape."""
    twice = [name for name, values in request.query_params.lists() if len(values) > 1]
    if twice:
        raise ShapeRefusedError([Fault(name[:64], "stands in the address more than once") for name in twice])
    return asked(shape, request.query_params.dict())


def parameters_of(shape: type[Asked]) -> list[OpenApiParameter]:
    """The same for the published schema."""
    told = shape.model_json_schema()
    return [
        OpenApiParameter(
            name,
            _plain(part),
            OpenApiParameter.QUERY,
            description=part.get("description", ""),
        )
        for name, part in told["properties"].items()
    ]


def _plain(part: dict[str, Any]) -> dict[str, Any]:
    """A parameter that is not there is left out: null has no place in an address."""
    kinds = [kind for kind in part.get("anyOf", [part]) if kind.get("type") != "null"]
    found: dict[str, Any] = without_names({key: value for key, value in kinds[0].items() if key != "description"})
    return found
