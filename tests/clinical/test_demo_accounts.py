"""The demonstration's accounts: every role, both factors, and never where they are not wanted."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client

from clinical import demo_accounts
from clinical.models import AuditEvent, StaffMembership, User
from tests.factories import CareUnitFactory
from tests.predictions.scored import words_of

FIRST_PAGES = {
    "nurse": "/worklist/",
    "nurse2": "/worklist/",
    "approver": "/admin/",
    "administrator": "/admin/",
    "auditor": "/audit/",
}


@pytest.fixture
def seven_units(db: None) -> None:
    CareUnitFactory.create_batch(7)


@pytest.mark.parametrize("username", FIRST_PAGES)
def test_each_role_signs_in_with_both_factors(seven_units: None, client: Client, username: str) -> None:
    call_command("make_demo_accounts", verbosity=0)
    client.post("/accounts/login/", {"login": username, "password": demo_accounts.PASSWORD})
    client.post("/accounts/2fa/authenticate/", {"code": demo_accounts.totp_code()})
    assert client.get("/", follow=True).request["PATH_INFO"] == FIRST_PAGES[username]


def test_the_system_account_cannot_sign_in(seven_units: None) -> None:
    call_command("make_demo_accounts", verbosity=0)
    assert not User.objects.get(username="ehr").has_usable_password()


def test_the_two_nurses_share_no_unit(seven_units: None) -> None:
    call_command("make_demo_accounts", verbosity=0)
    first, second = (
        {unit.pk for unit in User.objects.get(username=name).units_as("clinician")} for name in ("nurse", "nurse2")
    )
    assert (len(first), len(second), first & second) == (3, 3, set())


def test_making_them_again_changes_nothing(seven_units: None) -> None:
    call_command("make_demo_accounts", verbosity=0)
    before = set(User.objects.values_list("pk", "password")), StaffMembership.objects.count()
    call_command("make_demo_accounts", verbosity=0)
    assert (set(User.objects.values_list("pk", "password")), StaffMembership.objects.count()) == before


def test_they_are_refused_where_demo_logins_are_off(seven_units: None, settings: LazySettings) -> None:
    settings.DEMO_LOGINS = False
    with pytest.raises(CommandError, match="Demo logins are off"):
        call_command("make_demo_accounts")
    assert not User.objects.exists()


def test_without_units_the_command_says_what_to_do(db: None) -> None:
    with pytest.raises(CommandError, match="load the data set or make a cohort first"):
        call_command("make_demo_accounts")


def test_the_list_tells_how_to_sign_in_and_makes_nothing(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("make_demo_accounts", list=True)
    told = capsys.readouterr().out
    for words in (*FIRST_PAGES, demo_accounts.PASSWORD, demo_accounts.TOTP_SEED, "One-time code now"):
        assert words in told
    assert not User.objects.exists()


def test_making_them_is_in_the_log(seven_units: None) -> None:
    call_command("make_demo_accounts", verbosity=0)
    assert len(AuditEvent.objects.get(verb="demo_accounts.made").detail["users"]) == len(demo_accounts.ACCOUNTS)


def test_the_sign_in_page_tells_them_in_a_demonstration_alone(client: Client, db: None, settings: LazySettings) -> None:
    assert demo_accounts.PASSWORD in words_of(client.get("/accounts/login/"))
    settings.DEMO_LOGINS = False
    assert demo_accounts.PASSWORD not in words_of(client.get("/accounts/login/"))


def test_the_one_time_code_is_the_standards() -> None:
    # RFC 6238, appendix B, cut to six digits: the ASCII seed 12345678901234567890 in base32
    seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert [demo_accounts.totp_code(seed, at=at) for at in (59, 1111111109, 20000000000)] == ["287082", "081804", "353130"]
