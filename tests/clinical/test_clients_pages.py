"""The administrator's pages about systems: registered, granted, renewed, revoked; each asked for anew and in the log."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from clinical.clients import registering
from clinical.models import AuditEvent, CareUnit, EhrCall, EhrClient, StaffMembership, User
from tests.clinical.test_clients import READ, Signer, asks, opens
from tests.doors import client_with
from tests.factories import PASSWORD
from tests.predictions.scored import words_of

HOME = "/admin/clinical/ehrclient/"
SECRET = re.compile(rb'id="client-(id|secret)">([^<]+)<')


@pytest.fixture
def administrator(frank: User, signed_in: Callable[[User], Client]) -> Client:
    """Frank, who has just given his password again."""
    browser = signed_in(frank)
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return browser


@pytest.fixture
def system(cardiology: CareUnit) -> EhrClient:
    client = registering.register(name="Hospital EHR", by=None)
    registering.grant(client=client, unit=cardiology, scopes=[READ], by=None)
    return client


def at(client: EhrClient, door: str = "") -> str:
    return f"{HOME}{client.public_id}/{door}"


def told(page: HttpResponse) -> dict[str, str]:
    """The id and secret on the page."""
    return {name.decode(): value.decode() for name, value in SECRET.findall(page.content)}


def test_a_system_is_registered_and_its_secret_is_shown_once(administrator: Client, frank: User) -> None:
    page = administrator.post(f"{HOME}register/", {"name": "Hospital EHR"})
    shown, client = told(page), EhrClient.objects.get()
    assert "no-store" in page["Cache-Control"]
    assert shown["secret"].encode() not in administrator.get(at(client)).content
    assert AuditEvent.objects.get(verb="ehr_client.registered").actor_id == frank.public_id
    assert asks(shown["id"], shown["secret"]).json()["error"] == "invalid_scope"  # it was granted nothing yet


def test_what_is_granted_on_a_page_opens_the_door(administrator: Client, cardiology: CareUnit) -> None:
    shown = told(administrator.post(f"{HOME}register/", {"name": "Hospital EHR"}))
    client = EhrClient.objects.get()
    administrator.post(at(client, f"grants/{cardiology.public_id}/"), {"scopes": [READ], "others": "system/Patient.rs"})
    token = asks(shown["id"], shown["secret"]).json()
    assert set(token["scope"].split()) == {READ, "system/Patient.rs"}
    assert opens(token["access_token"]) == 200
    assert words_of(administrator.get(at(client))).count(READ) == 1


def test_everywhere_grants_the_same_on_every_open_ward(
    administrator: Client, system: EhrClient, cardiology: CareUnit, nephrology: CareUnit
) -> None:
    administrator.post(at(system, f"grants/{cardiology.public_id}/"), {"scopes": ["model.read"], "everywhere": "on"})
    held = set(system.grants.filter(ended_at__isnull=True).values_list("unit", "scope"))
    assert held == {(cardiology.pk, "model.read"), (nephrology.pk, "model.read")}


def test_a_word_that_is_no_scope_is_refused_and_nothing_changes(
    administrator: Client, system: EhrClient, cardiology: CareUnit
) -> None:
    page = administrator.post(at(system, f"grants/{cardiology.public_id}/"), {"others": "user/*.rs"})
    assert page.status_code == 422
    assert "This is no scope: user/*.rs" in words_of(page)
    assert system.grants.get(ended_at__isnull=True).scope == READ


def test_a_name_that_is_taken_is_refused(administrator: Client, system: EhrClient) -> None:
    page = administrator.post(f"{HOME}register/", {"name": system.name})
    assert (page.status_code, EhrClient.objects.count()) == (422, 1)


def test_a_new_secret_lets_the_old_one_count_for_as_long_as_was_said(administrator: Client, system: EhrClient) -> None:
    old = registering.issue(client=system, by=None)
    new = told(administrator.post(at(system, "rotate/"), {"hours": "1"}))
    assert [asks(old.client_id, old.secret).status_code, asks(new["id"], new["secret"]).status_code] == [200, 200]
    old.credential.refresh_from_db()
    assert timedelta(minutes=59) < old.credential.ends_at - timezone.now() < timedelta(minutes=61)


def test_a_new_secret_may_end_the_old_one_and_its_tokens_at_once(administrator: Client, system: EhrClient) -> None:
    old = registering.issue(client=system, by=None)
    token = asks(old.client_id, old.secret).json()["access_token"]
    administrator.post(at(system, "rotate/"), {"hours": "0"})
    assert (opens(token), asks(old.client_id, old.secret).status_code) == (401, 401)


def test_what_is_revoked_is_out_and_its_tokens_too(administrator: Client, system: EhrClient, frank: User) -> None:
    issued = registering.issue(client=system, by=None)
    token = asks(issued.client_id, issued.secret).json()["access_token"]
    administrator.post(at(system, f"revoke/{issued.credential.pk}/"))
    assert (opens(token), asks(issued.client_id, issued.secret).status_code) == (401, 401)
    assert AuditEvent.objects.get(verb="ehr_client.revoked").actor_id == frank.public_id


def test_a_system_that_is_switched_off_gets_nothing_new(administrator: Client, system: EhrClient) -> None:
    administrator.post(at(system, "switch-off/"))
    assert administrator.post(at(system, "rotate/"), {"hours": "1"}).status_code == 422
    assert not system.credentials.exists()


def test_the_day_of_last_use_is_shown(administrator: Client, system: EhrClient) -> None:
    issued = registering.issue(client=system, by=None)
    assert "never" in words_of(administrator.get(at(system)))
    asks(issued.client_id, issued.secret)
    assert "never" not in words_of(administrator.get(at(system)))


def test_keys_are_taken_from_the_page_and_kept_in_the_log_by_name(administrator: Client, system: EhrClient) -> None:
    signer = Signer(system, kind="ES384")
    keys, system.jwks = json.dumps(system.jwks), None
    system.save()
    assert signer.asks(signer.signed()).status_code == 401
    administrator.post(at(system, "keys/"), {"jwks": keys, "issuer": "https://ehr.hospital.test"})
    assert signer.asks(signer.signed()).status_code == 200
    assert AuditEvent.objects.get(verb="ehr_client.keys_set").detail["keys"] == ["one"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("jwks", "no json"), ("jwks", '{"keys": []}'), ("jwks_url", "http://ehr.test/keys"), ("jwks_url", "https://ehr.test/keys"),
     ("issuer", "no address")],
)  # fmt: skip
def test_keys_that_could_never_be_used_are_refused(field: str, value: str, administrator: Client, system: EhrClient) -> None:
    assert administrator.post(at(system, "keys/"), {field: value}).status_code == 422


def test_two_systems_do_not_call_themselves_the_same(administrator: Client, system: EhrClient) -> None:
    EhrClient.objects.filter(pk=client_with().ehr_client.pk).update(issuer="https://ehr.hospital.test")
    page = administrator.post(at(system, "keys/"), {"issuer": "https://ehr.hospital.test"})
    assert page.status_code == 422


def test_calls_are_shown_with_why_they_were_refused_and_no_patient(administrator: Client, system: EhrClient) -> None:
    for status, code in ((200, ""), (403, "insufficient_scope")):
        EhrCall.objects.create(
            client=system, route="encounters", method="GET", status=status, code=code, duration_ms=3.2, at=timezone.now()
        )  # fmt: skip
    every = words_of(administrator.get(at(system, "calls/")))
    assert "2 calls in the last 24 hours" in every
    assert "insufficient_scope" in every
    assert "The newest 1," in words_of(administrator.get(at(system, "calls/?refused")))


@pytest.mark.parametrize("door", ["register/", "rotate/", "switch-off/", "keys/"])
def test_whoever_did_not_prove_anew_who_they_are_is_asked_first(
    door: str, frank: User, signed_in: Callable[[User], Client], system: EhrClient
) -> None:
    form = {"name": "Another EHR", "hours": "0"}
    answer: Any = signed_in(frank).post(f"{HOME}{door}" if door == "register/" else at(system, door), form)
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert (EhrClient.objects.count(), system.credentials.count()) == (1, 0)


def test_after_the_detour_what_was_typed_is_carried_out(frank: User, signed_in: Callable[[User], Client]) -> None:
    browser, door = signed_in(frank), f"{HOME}register/"
    browser.post(door, {"name": "Hospital EHR"})
    page: Any = browser.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": door}, follow=True)
    assert set(told(page)) == {"id", "secret"}


def test_the_list_asks_as_often_for_many_systems_as_for_one(
    administrator: Client, system: EhrClient, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        registering.register(name=f"EHR {number}", by=None)
    with django_assert_max_num_queries(12):
        administrator.get(HOME)


def test_a_membership_that_ended_takes_the_ward_away_whatever_was_granted(cardiology: CareUnit) -> None:
    caller = client_with(READ, unit=cardiology)
    StaffMembership.objects.filter(user=caller.user).update(ended_at=timezone.now())
    assert caller.get("/api/v1/encounters").status_code == 403
