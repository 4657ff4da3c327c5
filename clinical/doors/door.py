"""One door for systems: a token and no session, one scope for each method, and only the units that the token reaches."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, ClassVar, cast

import structlog
from django.conf import settings
from django.db import DatabaseError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from rest_framework.exceptions import APIException, MethodNotAllowed, ParseError, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clinical import audit
from clinical.access import scope_of_units
from clinical.clients.access import ClientAccess
from clinical.clients.authentication import ClientAuthentication
from clinical.doors import calls, idempotency, limiter
from clinical.doors.deprecation import Deprecation
from clinical.doors.idempotency import Call, Claim
from clinical.doors.limiter import Standing
from clinical.doors.strict_json import LARGEST_BODY, read_at_most
from clinical.models import CareUnit, EhrCall

if TYPE_CHECKING:
    from collections.abc import Callable

log = structlog.get_logger(__name__)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
BAD_REQUEST = 400


class UnforeseenError(APIException):
    """Something went wrong here. It is logged under this request's number; try again, and quote the number if it stays."""

    status_code, default_code = 500, "unforeseen"
    default_detail = __doc__


class LengthNeededError(APIException):
    """The request must say its length in Content-Length."""

    status_code, default_code = 411, "length_needed"
    default_detail = __doc__


class Door(APIView):
    """`needs` names the scope that each method asks for; a method that is not named is not there."""

    authentication_classes = (ClientAuthentication,)
    needs: ClassVar[dict[str, str]] = {}
    largest_body: ClassVar[int] = LARGEST_BODY
    deprecated: ClassVar[Deprecation | None] = None
    schema: Any = None  # a room that publishes an OpenAPI schema says so; FHIR and CDS Hooks describe themselves
    units: list[CareUnit]

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        view = super().as_view(**initkwargs)
        view.policy = f"ehr client: {'/'.join(dict.fromkeys(cls.needs.values()))}"  # type: ignore[attr-defined]  # see Policy
        return view

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Who comes in, how often, once for a key, the handler, and a line about it. As the framework's own, in our order."""
        if not settings.SERVES_API:
            raise Http404
        began = time.perf_counter()
        self.args, self.kwargs = args, kwargs
        self.request = asked = self.initialize_request(request, *args, **kwargs)
        self.headers = self.default_response_headers
        self.standing: Standing | None = None
        claimed: Claim | None = None
        answer: Any
        try:
            self.initial(asked, *args, **kwargs)
            claimed, answer = self._before(asked)
            if answer is None:
                handler = getattr(self, str(asked.method).lower(), self.http_method_not_allowed)
                answer = handler(asked, *args, **kwargs)
        except Exception as error:  # noqa: BLE001  the framework's own place for every error of a door
            answer = self._refused(error)
        self.response = answer = self.finalize_response(asked, answer, *args, **kwargs)
        self._after(asked, answer, claimed, 1000 * (time.perf_counter() - began))
        return cast("HttpResponseBase", answer)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who, and which units. A door whose scope the caller lacks stays shut, and says which scope it asks for."""
        super().initial(request, *args, **kwargs)
        self.units = []
        try:
            if request.method != "OPTIONS":
                self.units = self.reached(request)
        finally:  # whoever tries doors that stay shut is counted, too
            if isinstance(request.auth, ClientAccess):
                self.standing = limiter.count(request.auth.client, self.units)
        _check_frame(request)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Allow says the rest."""
        return Response(status=204)

    def _before(self, request: Request) -> tuple[Claim | None, HttpResponse | None]:
        """Whether this call was carried out before."""
        key = request.headers.get(idempotency.HEADER)
        if key is None or request.method in SAFE:
            return None, None
        client = cast("ClientAccess", request.auth).client
        call = Call(
            client=client,
            door=f"{request.method} {request.path}",
            key=key,
            asked=self._asked(request),
            unit_ids=frozenset(unit.pk for unit in self.units),
        )
        found = idempotency.claim(call)
        if isinstance(found, Claim):
            return found, None
        with transaction.atomic():  # the reply tells of a patient once more
            audit.record(actor=client.user, verb="reply.repeated", subject_type="call", detail={"route": _route(request)})
        return None, found

    def _asked(self, request: Request) -> bytes:
        """All that makes this call another one than the next: the body is read, and left for the parser to find."""
        plain = request._request  # noqa: SLF001  the body can be read once
        body = plain._body = read_at_most(plain, self.largest_body, {"request": plain})  # noqa: SLF001
        beside = (request.META.get(name, "") for name in ("QUERY_STRING", "HTTP_IF_MATCH"))
        return body + "".join(f"\0{part}" for part in beside if part).encode()

    def _refused(self, error: Exception) -> Any:
        """Whatever nobody foresaw is told by a number to quote, and found by it in the log."""
        try:
            return self.handle_exception(error)
        except Exception as unforeseen:
            log.exception("unexpected error", exc_info=unforeseen)
            return self.handle_exception(UnforeseenError())

    def _after(self, request: Request, answer: Any, claimed: Claim | None, duration_ms: float) -> None:
        if self.standing is not None:
            answer["RateLimit"] = f'"calls";r={self.standing.left};t={int(self.standing.reset_seconds)}'
        if self.deprecated is not None:
            self.deprecated.tell(answer)
        if claimed is not None:
            _settle(claimed, answer)
        access = request.auth
        if not isinstance(access, ClientAccess):
            return
        data = getattr(answer, "data", None)
        calls.note(
            EhrCall(
                client_id=access.client.pk,
                route=_route(request)[:60],
                method=str(request.method)[:8],
                status=answer.status_code,
                code=str(data.get("code", ""))[:40] if isinstance(data, dict) and answer.status_code >= BAD_REQUEST else "",
                duration_ms=round(duration_ms, 1),
                request_id=structlog.contextvars.get_contextvars().get("request_id", "")[:64],
                at=timezone.now(),
            )
        )

    def reached(self, request: Request) -> list[CareUnit]:
        scope = self.needed(request)
        access = request.auth
        if not isinstance(access, ClientAccess) or not access.allows(scope):
            msg = f"The token does not hold the scope {scope}."
            raise PermissionDenied(msg, code="insufficient_scope")
        units = access.units(scope)
        if not units:
            msg = f"The client holds the scope {scope} on no ward."
            raise PermissionDenied(msg, code="insufficient_scope")
        return units

    def needed(self, request: Request) -> str:
        """The scope that this request asks for."""
        scope = self.needs.get("GET" if request.method == "HEAD" else str(request.method))
        if scope is None:
            raise MethodNotAllowed(str(request.method))
        return scope


def _check_frame(request: Request) -> None:
    """What no handler should meet: PostgreSQL takes no NUL, and a body whose length nobody says would be read as none."""
    if "%00" in request.META.get("QUERY_STRING", ""):
        msg = "The address holds the character NUL."
        raise ParseError(msg, code="malformed")
    if request.META.get("HTTP_TRANSFER_ENCODING") and not request.META.get("CONTENT_LENGTH"):
        raise LengthNeededError


def _settle(claimed: Claim, answer: Any) -> None:
    """What was done stays done and is told, even if it cannot be kept for a repeat."""
    try:
        claimed.settle(answer.render() if hasattr(answer, "render") else answer)
    except DatabaseError:
        log.exception("a reply was not kept")


def _route(request: Request) -> str:
    match = request.resolver_match
    return str(match.view_name if match else "")


def in_scope(handler: Callable[..., Any]) -> Callable[..., Any]:
    """A reading handler of a Door: its whole answer is made in one transaction that shows the units it reaches."""

    def scoped(door: Door, request: Request, *args: Any, **kwargs: Any) -> Any:
        with scope_of_units(door.units):
            return handler(door, request, *args, **kwargs)

    return scoped
