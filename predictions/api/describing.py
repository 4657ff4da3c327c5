"""How an operation is described in the published schema: what every one may refuse is said once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from pydantic import ConfigDict, Field

from predictions.api.examples import A_REFUSAL
from predictions.api.shapes.base import Told

Handler = TypeVar("Handler", bound=Callable[..., Any])
JSON = "application/json"
PROBLEM = "application/problem+json"
REFUSALS = {
    400: "The request cannot be read.",
    401: "There is no token, or it is none of ours, or it has ended.",
    403: "The token does not reach this.",
    404: "There is no such thing, or it is not on a ward that the token reaches.",
    406: "Only JSON is spoken here.",
    409: "The same Idempotency-Key is in work, or was used for another request.",
    410: "It was there, and was deleted.",
    412: "Somebody else changed it meanwhile.",
    413: "The body is larger than is taken here.",
    415: "Only JSON is read here.",
    422: "Something in it cannot be true; every fault is named.",
    428: "An edit must name the version that it was decided on.",
    429: "Too many requests; Retry-After says when to come again.",
    503: "It cannot be answered now; Retry-After says when to come again.",
}
ALWAYS = (400, 401, 403, 406, 429, 503)
OF_A_BODY = (409, 413, 415, 422)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="The same key and body again, within 24 hours, get the first answer again and change nothing.",
)
IF_MATCH = OpenApiParameter(
    "If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, required=True, description="The ETag as it was read."
)


class Fault(Told):
    """What is wrong with one member of the body."""

    field: str
    message: str


class Problem(Told):
    """RFC 9457. Nothing in it tells of a patient. `errors` is there where single members are at fault."""

    model_config = ConfigDict(
        extra="allow", json_schema_serialization_defaults_required=False, json_schema_extra={"examples": [A_REFUSAL]}
    )

    type: str
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    code: str
    request_id: str
    errors: list[Fault] = Field(default_factory=list)


def operation(
    name: str,
    summary: str,
    answers: Mapping[int, tuple[Any, str]],
    *,
    group: str,
    asks: Any = None,
    refuses: Sequence[int] = (),
    parameters: Sequence[OpenApiParameter] = (),
    examples: Sequence[OpenApiExample] = (),
    says: str = "",
    speaks: str = JSON,
) -> Callable[[Handler], Handler]:
    """Describe a handler. `name` is what a generated client calls it; `group` the module that it is put in."""
    refusals = sorted({*ALWAYS, *refuses, *(OF_A_BODY if asks is not None else ())})
    responses: dict[Any, Any] = {
        (status, speaks): OpenApiResponse(shape, description=words) for status, (shape, words) in answers.items()
    }
    responses |= {(status, PROBLEM): OpenApiResponse(Problem, description=REFUSALS[status]) for status in refusals}
    decorate: Callable[[Handler], Handler] = extend_schema(
        operation_id=name,
        summary=summary,
        description=says or summary,
        tags=[group],
        request=asks,
        responses=responses,
        parameters=list(parameters),
        examples=list(examples),
    )
    return decorate
