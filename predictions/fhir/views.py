"""The addresses of a FHIR server: what it can do, read, search, tell, and bundles."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404, HttpRequest, JsonResponse, QueryDict
from django.views.decorators.http import require_GET
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clinical import audit
from clinical.access import public
from clinical.clients.discovery import smart_configuration
from clinical.doors.door import in_scope
from predictions.fhir import capability
from predictions.fhir.caller import Resource
from predictions.fhir.door import CREATE, READ, UPDATE, FhirDoor, answer, base_of, kind_named
from predictions.fhir.names import CONTENT_TYPE
from predictions.fhir.outcomes import handler, operation_outcome
from predictions.fhir.parsing import FhirRenderer, Negotiation, SearchFormParser
from predictions.fhir.searching.known import KINDS
from predictions.fhir.searching.pages import bundle, found
from predictions.fhir.searching.requests import search_of
from predictions.fhir.taking import bundles
from predictions.fhir.taking.incoming import of_one
from predictions.fhir.taking.taking import Taken, take
from predictions.fhir.versions import etag_of, read_answer, versioned

_AUDITED = 50


@public
@require_GET
def smart(request: HttpRequest) -> JsonResponse:
    return JsonResponse(smart_configuration(request))


class Metadata(APIView):
    """What this server can do; no patient is told, so anybody may ask."""

    authentication_classes = ()
    permission_classes = ()
    renderer_classes = (FhirRenderer,)
    content_negotiation_class = Negotiation
    http_method_names = ("get", "head")
    schema = None
    policy = "public"

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        view = super().as_view(**initkwargs)
        view.policy = cls.policy  # type: ignore[attr-defined]  # see Policy
        return view

    def get_exception_handler(self) -> Any:
        return handler

    def get(self, request: Request) -> Response:
        return answer(capability.statement(base_of(request)))


class Base(FhirDoor):
    """A Bundle: a transaction or a batch."""

    needs: ClassVar[dict[str, str]] = {"POST": CREATE}

    def post(self, request: Request) -> Response:
        return answer(bundles.answered(request.data, caller=self.caller))


class ProcessMessage(FhirDoor):
    """A message Bundle, answered with a message."""

    needs: ClassVar[dict[str, str]] = {"POST": CREATE}

    def post(self, request: Request) -> Response:
        return answer(bundles.message_answered(request.data, caller=self.caller))


class OfType(FhirDoor):
    """All resources of one type."""

    needs: ClassVar[dict[str, str]] = {"GET": READ, "POST": CREATE}

    @in_scope
    def get(self, request: Request, resource_type: str) -> Response:
        return searched(self, request, resource_type, request.query_params)

    def post(self, request: Request, resource_type: str) -> Response:
        sent = of_one(request.data, expected=resource_type)
        (taken,) = take([sent], caller=self.caller)
        return told_back(self, taken)


class SearchByPost(FhirDoor):
    """The same search, with its parameters in the body: there they stand in no log of addresses."""

    parser_classes = (SearchFormParser,)
    needs: ClassVar[dict[str, str]] = {"POST": READ}

    @in_scope
    def post(self, request: Request, resource_type: str) -> Response:
        parameters = request.query_params.copy()
        for name, texts in request.data.lists() if isinstance(request.data, QueryDict) else ():
            parameters.setlist(name, [*parameters.getlist(name), *texts])
        return searched(self, request, resource_type, parameters)


class OneOfType(FhirDoor):
    """One resource."""

    needs: ClassVar[dict[str, str]] = {"GET": READ, "PUT": UPDATE}

    @in_scope
    def get(self, request: Request, resource_type: str, resource_id: str) -> Response:
        resource = kind_named(resource_type).read(self.caller, resource_id)
        if resource is None:
            raise Http404
        audit.record(
            actor=self.caller.user, verb="fhir.read", subject_type=resource_type.lower(), subject_id=resource_id[:64]
        )  # fmt: skip
        return read_answer(resource, request)

    def put(self, request: Request, resource_type: str, resource_id: str) -> Response:
        if_match = request.headers.get("If-Match", "")
        sent = of_one(request.data, expected=resource_type, sent_id=resource_id, if_match=if_match)
        (taken,) = take([sent], caller=self.caller)
        return told_back(self, taken)


def searched(door: FhirDoor, request: Request, resource_type: str, parameters: QueryDict) -> Response:
    lenient = "handling=lenient" in request.headers.get("Prefer", "").replace(" ", "")
    search = search_of(kind_named(resource_type), parameters, lenient=lenient)
    page = found(search, door.caller)
    detail = {"resources": len(page.resources), "ids": [one["id"] for one in page.resources[:_AUDITED]]}
    audit.record(actor=door.caller.user, verb="fhir.searched", subject_type=resource_type.lower(), detail=detail)
    return answer(bundle(search, page, door.caller, KINDS))


def told_back(door: FhirDoor, taken: Taken) -> Response:
    """The resource as it is kept; by `Prefer: return=OperationOutcome` what was remarked, and by minimal nothing."""
    row, resource = taken.kept.row, told_resource(taken)
    headers = {"ETag": etag_of(resource), "Location": door.caller.address_of(resource)}
    status = 201 if taken.kept.is_new else 200
    wanted = door.request.headers.get("Prefer", "").replace(" ", "")
    if "return=minimal" in wanted:
        return Response(status=status, headers=headers)
    if "return=OperationOutcome" in wanted:
        return answer(operation_outcome(bundles.issues_about(taken)), status=status, headers=headers)
    return Response({**resource, "id": row.sent_id}, status=status, headers=headers, content_type=CONTENT_TYPE)


def told_resource(taken: Taken) -> Resource:
    return versioned(bundles.as_kept(taken))
