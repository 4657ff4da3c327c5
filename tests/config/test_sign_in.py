"""Signing in: two factors, five tries, the same answer for everybody, and no way round."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import decrypt
from axes.models import AccessAttempt
from django.conf import LazySettings
from django.test import Client

from clinical.demo_accounts import totp_code
from clinical.models import User
from tests.factories import PASSWORD
from tests.predictions.scored import words_of

PERIOD_SECONDS = 30


def password(client: Client, username: str, *, typed: str = PASSWORD, following: str = "") -> Any:
    return client.post("/accounts/login/", {"login": username, "password": typed, "next": following})


def second_factor(client: Client, code: str) -> Any:
    return client.post("/accounts/2fa/authenticate/", {"code": code})


def code_of(user: User, *, periods_from_now: int = 0) -> str:
    seed = decrypt(Authenticator.objects.get(user=user, type="totp").data["secret"])
    return totp_code(seed, at=time.time() + PERIOD_SECONDS * periods_from_now)


def test_password_and_code_lead_to_ones_own_first_page(client: Client, alice: User) -> None:
    assert password(client, "alice")["Location"] == "/accounts/2fa/authenticate/"
    assert second_factor(client, code_of(alice)).status_code == 302
    assert client.get("/", follow=True).request["PATH_INFO"] == "/worklist/"


def test_the_password_alone_opens_nothing(client: Client, alice: User) -> None:
    password(client, "alice")
    for path in ("/", "/worklist/", "/admin/", "/accounts/2fa/", "/accounts/password/change/"):
        assert client.get(path)["Location"].startswith(("/accounts/login/", "/admin/login/")), path


def test_a_session_gets_a_new_name_at_sign_in(client: Client, alice: User) -> None:
    client.get("/accounts/login/")
    before = client.session.session_key
    password(client, "alice")
    second_factor(client, code_of(alice))
    assert client.session.session_key != before


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(alice: User, settings: LazySettings) -> None:
    settings.DEMO_LOGINS = False  # a demonstration's page shows a code that changes with the time
    known, unknown = (password(Client(), name, typed="wrong") for name in ("alice", "nobody"))
    assert known.status_code == unknown.status_code == 200
    assert words_of(known).split("Request")[0] == words_of(unknown).split("Request")[0]
    assert "not correct" in words_of(known)


@pytest.mark.parametrize("username", ["alice", "nobody"])
def test_the_fifth_failure_locks_the_name_and_the_right_password_with_it(alice: User, username: str) -> None:
    answers = [password(Client(), username, typed="wrong") for _ in range(5)]
    assert [answer.status_code for answer in answers[:4]] == [200] * 4
    locked = password(Client(), username)
    assert locked.status_code == 429
    assert "Sign-in is locked" in words_of(locked)
    assert "in 15 minutes" in words_of(locked)


def test_one_locked_name_leaves_the_ward_open(alice: User, bob: User) -> None:
    for _ in range(6):
        password(Client(), "alice", typed="wrong")
    assert password(Client(), "bob")["Location"] == "/accounts/2fa/authenticate/"


def test_wrong_codes_lock_as_wrong_passwords_do(client: Client, alice: User) -> None:
    password(client, "alice")
    answers = [second_factor(client, "000000").status_code for _ in range(5)]
    assert answers == [200] * 4 + [429]
    assert second_factor(client, code_of(alice)).status_code == 429
    assert password(Client(), "alice").status_code == 429


def test_a_success_forgets_the_failures_before_it(client: Client, alice: User) -> None:
    for _ in range(3):
        password(client, "alice", typed="wrong")
    password(client, "alice")
    second_factor(client, code_of(alice))
    assert not AccessAttempt.objects.filter(username="alice").exists()


def test_a_code_counts_once_and_using_it_again_is_no_guess(alice: User) -> None:
    code = code_of(alice)
    for client, status in ((Client(), 302), (Client(), 200)):
        password(client, "alice")
        answer = second_factor(client, code)
        assert answer.status_code == status
    assert "This code was already used. Wait for the next one." in words_of(answer)
    assert not AccessAttempt.objects.filter(username="alice").exists()


def test_an_older_code_does_not_count_after_a_newer_one(alice: User) -> None:
    first, second = Client(), Client()
    password(first, "alice")
    assert second_factor(first, code_of(alice, periods_from_now=1)).status_code == 302
    password(second, "alice")
    assert second_factor(second, code_of(alice)).status_code == 200


def test_a_code_two_periods_old_does_not_count(client: Client, alice: User) -> None:
    password(client, "alice")
    assert second_factor(client, code_of(alice, periods_from_now=-2)).status_code == 200


def test_a_recovery_code_opens_once(alice: User) -> None:
    code = RecoveryCodes.activate(alice).get_unused_codes()[0]
    for client, status in ((Client(), 302), (Client(), 200)):
        password(client, "alice")
        assert second_factor(client, code).status_code == status


def test_nobody_needs_the_cache_to_sign_in(client: Client, alice: User, settings: LazySettings) -> None:
    unreachable = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": unreachable}
    password(client, "alice")
    assert second_factor(client, code_of(alice)).status_code == 302


def test_somebody_without_a_second_factor_sets_one_up_before_seeing_anything(client: Client, alice: User) -> None:
    Authenticator.objects.all().delete()
    password(client, "alice")
    assert client.get("/worklist/")["Location"] == "/accounts/2fa/totp/activate/"
    assert "Set up the second factor" in words_of(client.get("/accounts/2fa/totp/activate/"))


def test_an_inactive_account_does_not_open(client: Client, alice: User) -> None:
    User.objects.update(is_active=False)
    answer = password(client, "alice")
    assert answer.status_code == 200 or answer["Location"] == "/accounts/inactive/"
    assert client.get("/worklist/").status_code == 302


def test_closing_an_account_ends_its_sessions_at_once(alice: User, client: Client) -> None:
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/worklist/").status_code == 200
    User.objects.update(is_active=False)
    assert client.get("/worklist/")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("following", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_signing_in_leads_to_no_other_site(client: Client, alice: User, following: str) -> None:
    password(client, "alice", following=following)
    assert second_factor(client, code_of(alice))["Location"] in {"/", "/worklist/"}


def test_signing_out_ends_the_session_and_asks_by_post(client: Client, alice: User) -> None:
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert "Sign out" in words_of(client.get("/accounts/logout/"))
    assert client.get("/worklist/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/worklist/").status_code == 302


@pytest.mark.parametrize("path", ["/accounts/signup/", "/accounts/password/reset/", "/accounts/email/"])
def test_nobody_signs_up_or_resets_by_themselves(client: Client, db: None, path: str) -> None:
    assert client.get(path).status_code == 404


def test_changing_how_one_signs_in_asks_for_a_factor_again(client: Client, alice: User) -> None:
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get("/accounts/2fa/totp/deactivate/")
    assert answer["Location"].startswith(("/accounts/2fa/reauthenticate/", "/accounts/reauthenticate/"))
    assert "Confirm that it is you" in words_of(client.get(answer["Location"]))
