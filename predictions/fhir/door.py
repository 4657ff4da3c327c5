"""A door that speaks FHIR: JSON alone, refusals as OperationOutcome, and the scope of the type that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.http import Http404
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from clinical.doors.door import Door
from predictions.fhir.caller import Caller, Resource
from predictions.fhir.names import CONTENT_TYPE
from predictions.fhir.outcomes import handler
from predictions.fhir.parsing import FhirParser, FhirRenderer, Negotiation, PlainJsonParser
from predictions.fhir.searching.known import KINDS

if TYPE_CHECKING:
    from clinical.models import User
    from predictions.fhir.searching.kinds import Kind

READ, CREATE, UPDATE = "rs", "c", "u"


class FhirDoor(Door):
    """`needs` names for each method the part of SMART's scope after the type."""

    parser_classes: tuple[type[BaseParser], ...] = (FhirParser, PlainJsonParser)
    renderer_classes = (FhirRenderer,)
    content_negotiation_class = Negotiation
    needs: ClassVar[dict[str, str]] = {}

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        view = super().as_view(**initkwargs)
        view.policy = f"ehr client: {'/'.join(f'system/*.{verbs}' for verbs in dict.fromkeys(cls.needs.values()))}"
        return view

    def get_exception_handler(self) -> Any:
        return handler

    def needed(self, request: Request) -> str:
        name = str(self.kwargs.get("resource_type", "Bundle"))
        if name not in {*KINDS, "Bundle"}:
            raise Http404
        verbs = self.needs.get("GET" if request.method == "HEAD" else str(request.method))
        if verbs is None or (verbs != READ and name != "Bundle" and not KINDS[name].writable):
            raise MethodNotAllowed(str(request.method))
        return f"system/{name}.{verbs}"

    @property
    def caller(self) -> Caller:
        return Caller(cast("User", self.request.user), self.units, base_of(self.request))


def base_of(request: Request) -> str:
    return request.build_absolute_uri("/fhir")


def kind_named(name: str) -> Kind:
    return KINDS[name]


def answer(resource: Resource, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(resource, status=status, content_type=CONTENT_TYPE, headers=headers)
