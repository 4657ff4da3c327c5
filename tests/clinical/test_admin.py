"""The administration: units, people and roles; no patient, no way round the second factor, every change in the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.test import Client

from clinical.models import AuditEvent, CareUnit, Encounter, FollowUp, Outcome, Patient, StaffMembership, User
from tests.factories import PASSWORD, UserFactory, member
from tests.predictions.scored import words_of

SignIn = Callable[[User], Client]


@pytest.fixture
def administrator(frank: User, signed_in: SignIn) -> Client:
    """Frank's browser."""
    return signed_in(frank)


def membership(user: User, unit: CareUnit | None, role: str = "clinician") -> dict[str, Any]:
    return {"user": user.pk, "role": role, "unit": unit.pk if unit else ""}


def act(browser: Client, model: str, action: str, *rows: Any) -> Any:
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    return browser.post(f"/admin/clinical/{model}/", chosen, follow=True)


def test_strangers_come_in_through_our_sign_in(client: Client, db: None) -> None:
    assert client.get("/admin/", follow=True).request["PATH_INFO"] == "/accounts/login/"
    client.post("/admin/login/", {"username": "frank", "password": PASSWORD})
    assert client.get("/admin/").status_code == 302


def test_an_administrator_without_a_second_factor_sets_one_up_first(administrator: Client) -> None:
    Authenticator.objects.all().delete()
    assert administrator.get("/admin/", follow=True).request["PATH_INFO"] == "/accounts/2fa/totp/activate/"


@pytest.mark.parametrize("person", ["alice", "erin", "ehr_client"])
def test_other_roles_are_refused(person: str, request: pytest.FixtureRequest, signed_in: SignIn) -> None:
    assert signed_in(request.getfixturevalue(person)).get("/admin/", follow=True).status_code == 403


def test_djangos_own_flags_open_nothing(db: None, signed_in: SignIn) -> None:
    assert signed_in(member("root", is_staff=True, is_superuser=True)).get("/admin/", follow=True).status_code == 403


def test_an_approver_gets_in_and_finds_no_people(dana: User, signed_in: SignIn) -> None:
    browser = signed_in(dana)
    assert browser.get("/admin/").status_code == 200
    assert browser.get("/admin/clinical/user/").status_code == 403


def test_no_patient_is_in_the_administration(db: None) -> None:
    assert not {Patient, Encounter, Outcome, FollowUp, AuditEvent} & set(admin.site._registry)


def test_a_role_that_is_given_is_in_the_log(administrator: Client, frank: User, cardiology: CareUnit) -> None:
    nurse = UserFactory(username="new")
    administrator.post("/admin/clinical/staffmembership/add/", membership(nurse, cardiology))
    assert StaffMembership.objects.get(user=nurse).unit == cardiology
    event = AuditEvent.objects.get(verb="membership.added")
    assert event.actor_id == frank.public_id
    assert event.detail == {"user": str(nurse.public_id), "role": "clinician", "unit": str(cardiology.public_id)}


def test_nobody_gives_themselves_a_role(administrator: Client, frank: User, cardiology: CareUnit) -> None:
    page = administrator.post("/admin/clinical/staffmembership/add/", membership(frank, cardiology))
    assert "Ask another administrator to change your own roles." in words_of(page)
    assert not frank.memberships.filter(role="clinician").exists()


def test_a_role_that_needs_a_unit_is_refused_without_one(administrator: Client, cardiology: CareUnit) -> None:
    page = administrator.post("/admin/clinical/staffmembership/add/", membership(UserFactory(), None))
    assert "Clinicians and EHR clients belong to a unit" in words_of(page)


def test_an_ended_role_ends_the_sight_at_once_and_stays_readable(administrator: Client, alice: User) -> None:
    act(administrator, "staffmembership", "end_now", alice.memberships.get())
    assert alice.memberships.get().ended_at is not None
    assert AuditEvent.objects.filter(verb="membership.ended").exists()
    browser = Client()
    browser.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get("/worklist/").status_code == 403


@pytest.mark.parametrize("model", ["staffmembership", "user", "careunit"])
def test_nothing_is_deleted(administrator: Client, alice: User, model: str) -> None:
    row = {"staffmembership": alice.memberships.get(), "user": alice, "careunit": CareUnit.objects.get()}[model]
    assert administrator.post(f"/admin/clinical/{model}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    act(administrator, model, "delete_selected", row)
    assert type(row).objects.filter(pk=row.pk).exists()


def test_a_locked_person_is_unlocked_by_the_administrator(administrator: Client, alice: User) -> None:
    for _ in range(6):
        Client().post("/accounts/login/", {"login": "alice", "password": "wrong"})
    act(administrator, "user", "unlock_sign_in", alice)
    assert Client().post("/accounts/login/", {"login": "alice", "password": PASSWORD}).status_code == 302
    assert AuditEvent.objects.filter(verb="user.unlocked", subject_id=str(alice.public_id)).exists()


def test_a_lost_phone_is_taken_off_and_ones_own_is_not(administrator: Client, frank: User, alice: User) -> None:
    act(administrator, "user", "remove_second_factor", alice, frank)
    assert set(Authenticator.objects.values_list("user__username", flat=True)) == {"frank"}
    assert AuditEvent.objects.get(verb="user.second_factor_removed").subject_id == str(alice.public_id)


def test_a_new_password_is_in_the_log_without_itself(administrator: Client, alice: User) -> None:
    fresh = "a quite different sentence 8"
    sent = {"usable_password": "true", "password1": fresh, "password2": fresh}
    administrator.post(f"/admin/clinical/user/{alice.pk}/password/", sent)
    alice.refresh_from_db()
    assert alice.check_password(fresh)
    assert fresh not in str(AuditEvent.objects.filter(verb="user.changed").values())
    assert AuditEvent.objects.filter(verb="user.changed", subject_id=str(alice.public_id)).exists()


def test_rights_cannot_be_typed_into_the_form(administrator: Client, alice: User) -> None:
    sent = {"username": "alice", "is_active": "on", "is_superuser": "on", "is_staff": "on", "user_permissions": "1"}
    administrator.post(f"/admin/clinical/user/{alice.pk}/change/", sent)
    alice.refresh_from_db()
    assert (alice.is_superuser, alice.is_staff) == (False, False)
