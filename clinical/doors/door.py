"""One door for systems: a token and no session, one scope for each method, and only the units that the token reaches."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, ClassVar, cast

import structlog
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from rest_framework.exceptions import APIException, MethodNotAllowed, PermissionDenied
from rest_framework.request import Request
from rest_framework.views import APIView

from clinical.access import scope_of_units
from clinical.clients.access import ClientAccess
from clinical.clients.authentication import ClientAuthentication
from clinical.doors import calls, idempotency, limiter
from clinical.doors.idempotency import Claim
from clinical.doors.limiter import Standing
from clinical.doors.strict_json import LARGEST_BODY, read_at_most
from clinical.models import CareUnit, EhrCall

if TYPE_CHECKING:
    from collections.abc import Callable

log = structlog.get_logger(__name__)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_OF_A_DOOR, BAD_REQUEST = 80, 400


class UnforeseenError(APIException):
    """Something went wrong here. It is logged under this request's number; try again, and quote the number if it stays."""

    status_code, default_code = 500, "unforeseen"
    default_detail = __doc__


class Door(APIView):
    """`needs` names the scope that each method asks for; a method that is not named is not there."""

    authentication_classes = (ClientAuthentication,)
    needs: ClassVar[dict[str, str]] = {}
    largest_body: ClassVar[int] = LARGEST_BODY
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
        self.units = self.reached(request)

    def _before(self, request: Request) -> tuple[Claim | None, HttpResponse | None]:
        """Whether this call may be carried out, and whether it was carried out before."""
        client = cast("ClientAccess", request.auth).client
        self.standing = limiter.count(client, self.units)
        key = request.headers.get(idempotency.HEADER)
        if key is None or request.method in SAFE:
            return None, None
        body = read_at_most(request._request, self.largest_body, {"request": request._request})  # noqa: SLF001  read once
        request._request._body = body  # noqa: SLF001  so that the parser finds it
        found = idempotency.claim(client=client, door=f"{request.method} {request.path}"[:MOST_OF_A_DOOR], key=key, body=body)
        return (found, None) if isinstance(found, Claim) else (None, found)

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
        if claimed is not None:
            claimed.settle(answer.render() if hasattr(answer, "render") else answer)
        access = request.auth
        if not isinstance(access, ClientAccess):
            return
        match, data = request.resolver_match, getattr(answer, "data", None)
        calls.note(
            EhrCall(
                client_id=access.client.pk,
                route=str(match.view_name if match else "")[:60],
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


def in_scope(handler: Callable[..., Any]) -> Callable[..., Any]:
    """A reading handler of a Door: its whole answer is made in one transaction that shows the units it reaches."""

    def scoped(door: Door, request: Request, *args: Any, **kwargs: Any) -> Any:
        with scope_of_units(door.units):
            return handler(door, request, *args, **kwargs)

    return scoped
