"""What every door to the models shares: who may come in, the page's frame, and asking again who it is."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from allauth.account.decorators import reauthentication_required
from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse

from clinical.access import StaffRequest
from clinical.models.staff import Role
from mlops.errors import OperationError

Parameters = ParamSpec("Parameters")
Returned = TypeVar("Returned")
StaffView = Callable[Concatenate[StaffRequest, Parameters], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, Parameters], HttpResponseBase]


def open_to(*roles: Role) -> Callable[[StaffView[Parameters]], View[Parameters]]:
    """Only these roles; the site's own door has asked for the second factor before. What a verb refuses becomes a page."""

    def decorate(view: StaffView[Parameters]) -> View[Parameters]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponseBase:
            known = cast("StaffRequest", request)
            if not known.user.roles & set(roles):
                raise PermissionDenied
            try:
                return view(known, *args, **kwargs)
            except OperationError as refusal:
                return refused(known, refusal)

        return guarded

    return decorate


BOTH_ROLES = (Role.APPROVER, Role.ADMINISTRATOR)


def just_confirmed(request: StaffRequest) -> None:
    """Whoever acts has proved within the last five minutes who they are; what was typed is kept over the detour."""
    _confirmed(request)


@reauthentication_required(app="mlops")  # type: ignore[untyped-decorator]  # allauth carries no types
def _confirmed(request: HttpRequest) -> None:
    """Reached by those who have."""


def page(request: HttpRequest, template: str, *, title: str, status: int = 200, **context: Any) -> HttpResponse:
    """A page inside the administration's frame."""
    framed = {**site.each_context(request), "title": title, **context}
    return TemplateResponse(request, f"admin/mlops/{template}", framed, status=status)


def refused(request: HttpRequest, refusal: OperationError, *, status: int | None = None) -> HttpResponse:
    """Somebody was faster, or a rule stands in the way: said in words, with the way back."""
    return page(
        request, "refused.html", title="This was not carried out", status=status or refusal.status, message=str(refusal)
    )
