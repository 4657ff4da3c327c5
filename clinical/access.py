"""Who may see what. The only place where scope is decided; PostgreSQL's row-level security stands under it.

A route carries exactly one policy. Inside it, every query of the request runs in one transaction that has told
PostgreSQL the units of the person asking, so that a forgotten filter shows nothing rather than everything.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Concatenate, ParamSpec, Protocol, cast

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from clinical.models import CareUnit, Encounter, Patient, User
from clinical.models.encounter import EncounterQuerySet
from clinical.models.staff import Role
from clinical.rows import prepared

Parameters = ParamSpec("Parameters")


class StaffRequest(HttpRequest):
    """A request whose person is known: what a view behind a policy receives."""

    user: User
    htmx: HtmxDetails


View = Callable[Concatenate[HttpRequest, Parameters], HttpResponseBase]
StaffView = Callable[Concatenate[StaffRequest, Parameters], HttpResponseBase]
_SCOPE = "wardlight_scope"  # on the connection: the scope that its transaction is in
READING_ROLES = (Role.CLINICIAN, Role.EHR_CLIENT)
EHR_SESSION = "signed_in_by_ehr"


class Policy(Protocol):
    """What the route test reads from each view."""

    policy: str


def encounters_for(user: User) -> EncounterQuerySet:
    """The encounters that this person may see."""
    return Encounter.objects.filter(unit__in=units_for(user))


def patients_for(user: User) -> Any:
    """The patients with at least one encounter that this person may see."""
    return Patient.objects.filter(encounters__in=encounters_for(user)).distinct()


def units_for(user: User) -> list[CareUnit]:
    """The units whose patients this person may see; administrators, approvers and auditors have none by that role."""
    return user.units_as(*READING_ROLES)


@contextlib.contextmanager
def scope_of(user: User) -> Iterator[None]:
    """One transaction in which PostgreSQL shows only the units of `user`."""
    with _scope("%s", ",".join(str(unit.pk) for unit in units_for(user))):
        yield


@contextlib.contextmanager
def scope_of_units(units: Iterable[CareUnit]) -> Iterator[None]:
    """One transaction in which PostgreSQL shows only these units: what a system may do differs from verb to verb."""
    with _scope("%s", ",".join(str(unit.pk) for unit in units)):
        yield


@contextlib.contextmanager
def scope_of_the_system(*, is_part: bool = False) -> Iterator[None]:
    """One transaction over all units, for loading, scoring and monitoring: never for answering a person.

    `is_part`: of the transaction of the verb that calls, which fails as a whole where this fails.
    """
    with _scope("(SELECT coalesce(string_agg(id::text, ','), '') FROM clinical_careunit)", is_part=is_part):
        yield


@contextlib.contextmanager
def _scope(units: str, *parameters: str, is_part: bool = False) -> Iterator[None]:
    """`units` is SQL for the ids, separated by commas."""
    asked, around, is_outermost = (units, *parameters), getattr(connection, _SCOPE, None), not connection.in_atomic_block
    with transaction.atomic(savepoint=not (is_part and asked == around)):
        if asked == around:  # a verb called by a verb: PostgreSQL has been told
            yield
            return
        before = _told(units, parameters)
        setattr(connection, _SCOPE, asked)
        try:
            yield
        finally:
            setattr(connection, _SCOPE, around)
        # the setting ends with its transaction; inside another the scope around this one comes back
        if not is_outermost:
            _told("%s", [before])


def _told(units: str, parameters: Sequence[str]) -> str:
    """Sets the units, and gives those that stood before."""
    with prepared() as cursor:
        cursor.execute(
            f"SELECT current_setting('wardlight.units', true), set_config('wardlight.units', {units}, true)", parameters or None
        )
        return cursor.fetchone()[0] or ""


def requires(*roles: Role) -> Callable[[StaffView[Parameters]], View[Parameters]]:
    """Policy: signed in, with a second factor, holding one of `roles`; the view runs in that person's scope."""

    def decorate(view: StaffView[Parameters]) -> View[Parameters]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponseBase:
            refusal = _refusal(request, roles)
            if refusal is not None:
                return refusal
            known = cast("StaffRequest", request)
            with scope_of(known.user):
                return view(known, *args, **kwargs)

        guarded.policy = "/".join(roles) or "signed in"  # type: ignore[attr-defined]  # see Policy
        return guarded

    return decorate


def public(view: View[Parameters]) -> View[Parameters]:
    """Policy: anybody. For pages that hold no patient."""
    view.policy = "public"  # type: ignore[attr-defined]  # see Policy
    return view


def signed_in_by_ehr(request: HttpRequest) -> bool:
    """Whether an EHR vouched for this session: good for a clinician's pages, and for nothing that asks more of a person."""
    return bool(request.session.get(EHR_SESSION))


def _refusal(request: HttpRequest, roles: tuple[Role, ...]) -> HttpResponse | None:
    if not request.user.is_authenticated:
        return _to_sign_in(request)
    user = request.user
    if roles and not user.roles & set(roles):
        raise PermissionDenied
    if signed_in_by_ehr(request):
        if Role.CLINICIAN not in (roles or user.roles):
            raise PermissionDenied
        return None
    if not is_mfa_enabled(user):
        return redirect("mfa_activate_totp")
    return None


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    htmx = getattr(request, "htmx", None)
    if not htmx:
        return redirect_to_login(request.get_full_path())
    # a fragment was asked for from a page whose session has ended: the whole page goes, not a sign-in form inside of it
    return HttpResponseClientRedirect(redirect_to_login(htmx.current_url_abs_path or resolve_url("home")).url)
