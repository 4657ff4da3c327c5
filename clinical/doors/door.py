"""One door for systems: a token and no session, one scope for each method, and only the units that the token reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.views import APIView

from clinical.access import READING_ROLES, scope_of_units
from clinical.models import CareUnit, User

if TYPE_CHECKING:
    from collections.abc import Callable

SAFE = frozenset({"GET", "HEAD"})


class Door(APIView):
    """`needs` names the scope that each method asks for; a method that is not named is not there."""

    needs: ClassVar[dict[str, str]] = {}
    units: list[CareUnit]

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        view = super().as_view(**initkwargs)
        view.policy = f"ehr client: {'/'.join(dict.fromkeys(cls.needs.values()))}"  # type: ignore[attr-defined]  # see Policy
        return view

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.SERVES_API:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who, and which units. A door whose scope the caller lacks stays shut, and says which scope it asks for."""
        super().initial(request, *args, **kwargs)
        self.units = self.reached(request)

    def reached(self, request: Request) -> list[CareUnit]:
        scope = self.needs.get("GET" if request.method == "HEAD" else str(request.method))
        if scope is None:
            self.http_method_not_allowed(request)
        units = cast("User", request.user).units_as(*READING_ROLES)
        if not units:
            raise PermissionDenied
        return units


def in_scope(handler: Callable[..., Any]) -> Callable[..., Any]:
    """A reading handler of a Door: its whole answer is made in one transaction that shows the units it reaches."""

    def scoped(door: Door, request: Request, *args: Any, **kwargs: Any) -> Any:
        with scope_of_units(door.units):
            return handler(door, request, *args, **kwargs)

    return scoped
