"""Every route of the application against everybody who may knock, and the rules that all doors share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver
from pytest_django import DjangoDbBlocker

from clinical.models import CareUnit, Encounter, FollowUp, Outcome, Patient, StaffMembership, User
from mlops.models import TrainingRun
from predictions.models import ModelVersion, Prediction
from tests.architecture.principals import ALICE, CHARLIE, ENROLLING, ERIN, FRANK, HALF_WAY, STRANGER, World, lasting, make_world
from tests.architecture.routes import CODE, NOT_OURS, ROUTES, SET_UP, SIGN_IN, Answers, Door
from tests.factories import PASSWORD, member

METHODS = ("GET", "POST")
OTHER_METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS")
OUR_PACKAGES = ("assistant", "clinical", "config", "mlops", "predictions")
OF_LIBRARIES_BUT_OURS = ("config.admin_site.", "config.second_factor.")  # their views, made stricter
WAY_TO_A_SECOND_FACTOR = {
    "accounts/logout/",
    "accounts/reauthenticate/",
    "accounts/2fa/",
    "accounts/2fa/totp/activate/",
    "accounts/2fa/reauthenticate/",
}


def routes_of(resolver: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    for part in resolver.url_patterns:
        route = before + str(part.pattern)
        if isinstance(part, URLPattern):
            yield route, part
        else:
            yield from routes_of(part, route)


FOUND: dict[str, Any] = {}
for _route, _pattern in routes_of(get_resolver()):
    FOUND.setdefault(_route, _pattern)  # the first one answers


def is_ours(route: str) -> bool:
    view = FOUND[route].lookup_str
    return view.startswith(OUR_PACKAGES) and not view.startswith(OF_LIBRARIES_BUT_OURS) and not route.startswith("admin/")


OURS = [route for route in ROUTES if route in FOUND and is_ours(route)]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Signed in once for all doors; each test's changes are taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _taken_back(world: World) -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def address_of(route: str, world: World) -> str:
    alice = world.users[ALICE]
    example = ROUTES[route].example or route
    return "/" + example.format(
        encounter=world.encounter.public_id,
        unit=world.encounter.unit_id,
        user=alice.pk,
        membership=StaffMembership.objects.get(user=alice).pk,
        version=world.candidate.public_id,
        run=world.run.public_id,
        trial=world.trial.public_id,
        incident=world.incident.public_id,
        channel=world.channel.pk,
        ehr_identity=world.ehr_identity.pk,
        report=world.report.public_id,
        upload=world.upload.public_id,
        system=world.credential.client.public_id,
        credential=world.credential.pk,
        unit_id=world.encounter.unit.public_id,
    )


# --- the table -----------------------------------------------------------------------------------------------------------


def test_every_route_is_in_the_table_and_nothing_else_is() -> None:
    assert sorted(ROUTES) == sorted(FOUND)


@pytest.mark.parametrize("route", OURS)
def test_a_view_of_ours_carries_the_policy_that_the_table_names(route: str) -> None:
    assert FOUND[route].callback.policy == ROUTES[route].guard


def test_a_view_of_a_library_is_listed_with_what_protects_it() -> None:
    assert {ROUTES[route].guard for route in ROUTES if route not in OURS} <= NOT_OURS


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("route", ROUTES)
def test_everybody_gets_the_answer_of_the_table(route: str, method: str, world: World) -> None:
    door = ROUTES[route]
    expected = door.get if method == "GET" else door.post
    assert answers(world, method, address_of(route, world)) == expected


def answers(world: World, method: str, address: str) -> Answers:
    found: Answers = {}
    for who in ROUTES[""].get:
        with transaction.atomic():
            found[who] = world.answer(who, method, address)
            transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("route", ROUTES)
def test_a_method_that_a_door_does_not_take_is_no_fault(route: str, world: World) -> None:
    for method in OTHER_METHODS:
        for who in (STRANGER, HALF_WAY, ALICE, FRANK, ERIN):
            status = world.ask(who, method, address_of(route, world)).status_code
            refused = 401 if ROUTES[route].guard.startswith("ehr client") else 405  # a door for systems asks first who knocks
            assert status == refused if route in OURS else status < 500, f"{method} by {who}"


# --- rules that hold for all doors -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", OURS)
def test_an_unsafe_request_without_its_form_token_changes_nothing(route: str, world: World) -> None:
    for who in (ALICE, ERIN):
        browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
        browser.cookies.update(world.browser(who).cookies)
        refused = {400} if route.startswith("oauth/") else {401, 403, 405}  # which know no session: a secret stands in the body
        assert browser.post(address_of(route, world)).status_code in refused


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/encounters/{}/"), ("GET", "/encounters/{}/follow-ups/"), ("POST", "/encounters/{}/follow-ups/")],
)
def test_another_units_encounter_and_none_at_all_are_the_same(path: str, method: str, world: World) -> None:
    foreign = world.ask(CHARLIE, method, path.format(world.encounter.public_id), **SAME_REQUEST)
    missing = world.ask(CHARLIE, method, path.format(uuid4()), **SAME_REQUEST)
    assert foreign.status_code == missing.status_code == 404
    assert lasting(foreign) == lasting(missing)
    assert dict(foreign.headers) == dict(missing.headers)


SAME_REQUEST = {"kind": "phone_call", "state": "done"}


@pytest.mark.parametrize(
    "path", ["/nowhere/", "/encounters/1/", "/encounters/", "/accounts/signup/", "/accounts/password/reset/"]
)
def test_an_address_that_does_not_exist_is_no_door(path: str, world: World) -> None:
    assert [world.answer(who, "GET", path) for who in (STRANGER, HALF_WAY, ALICE, FRANK)] == [404] * 4


# --- the second factor ---------------------------------------------------------------------------------------------------


def behind_a_guard() -> list[tuple[str, Door]]:
    return [(route, door) for route, door in ROUTES.items() if door.guard not in {"public", "allauth: anybody"}]


def test_the_table_lets_a_password_alone_reach_nothing_but_the_second_factor() -> None:
    for route, door in behind_a_guard():
        if route != "accounts/2fa/authenticate/":
            assert {door.get[HALF_WAY], door.post[HALF_WAY]} <= {CODE, SIGN_IN, 401, 405}, route
        if route not in WAY_TO_A_SECOND_FACTOR:
            assert {door.get[ENROLLING], door.post[ENROLLING]} <= {SET_UP, 401, 403, 404, 405}, route


def test_somebody_without_a_second_factor_sets_one_up_and_does_nothing_else_even_after_confirming(world: World) -> None:
    browser = world.browser(ENROLLING)
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert browser.get("/accounts/2fa/totp/activate/").status_code == 200
    for path in ("/", "/worklist/", f"/encounters/{world.encounter.public_id}/", "/admin/", "/accounts/password/change/"):
        assert browser.get(path, follow=True).resolver_match.view_name == "mfa_activate_totp", path
    made = browser.post("/accounts/2fa/recovery-codes/generate/", follow=True)
    assert made.status_code != 500
    assert not world.users[ENROLLING].authenticator_set.exists()


def test_a_second_factor_taken_away_shuts_the_open_session(world: World) -> None:
    world.users[ALICE].authenticator_set.all().delete()
    assert world.answer(ALICE, "GET", "/worklist/") == SET_UP


def test_a_session_of_a_closed_account_is_a_strangers(world: World) -> None:
    User.objects.filter(pk=world.users[ALICE].pk).update(is_active=False)
    assert world.answer(ALICE, "GET", "/worklist/") == SIGN_IN


def test_a_session_outlives_no_membership(world: World) -> None:
    StaffMembership.objects.filter(user=world.users[ALICE]).update(ended_at=world.encounter.admitted_at)
    assert world.answer(ALICE, "GET", f"/encounters/{world.encounter.public_id}/") == 403


# --- administration ------------------------------------------------------------------------------------------------------


def test_the_administration_knows_units_people_models_and_no_patient() -> None:
    assert set(admin.site._registry) >= {CareUnit, User, StaffMembership, ModelVersion, TrainingRun}
    assert not {Patient, Encounter, Outcome, FollowUp, Prediction} & set(admin.site._registry)


@pytest.mark.parametrize("role", ["", "clinician", "auditor"])
def test_djangos_own_flags_open_nothing(role: str, world: World) -> None:
    unit = world.encounter.unit if role == "clinician" else None
    root = member("root", role, unit, is_staff=True, is_superuser=True)
    browser = world.browser(STRANGER)
    browser.force_login(root, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get("/admin/", follow=True).status_code == 403
    assert browser.get("/admin/clinical/user/", follow=True).status_code == 403
