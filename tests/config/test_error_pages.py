"""Errors as pages: what happened in words, a number to quote, and nothing of the inside or of a patient."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client, RequestFactory
from django.urls import get_resolver

from clinical.models import User
from config import views
from tests.predictions.scored import words_of

SignIn = Callable[[User], Client]


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [("/nothing/here/", 404, "Nothing is here for you"), ("/audit/", 403, "This page is not for your role")],
)
def test_a_refusal_says_what_it_means_and_its_number(alice: User, signed_in: SignIn, path: str, status: int, said: str) -> None:
    page = signed_in(alice).get(path, headers={"X-Request-ID": "ward-7-0042"})
    assert page.status_code == status
    assert said in words_of(page)
    assert "quote request ward-7-0042" in words_of(page)


def test_a_stranger_is_told_the_same_without_a_menu(client: Client, db: None) -> None:
    page = client.get("/nothing/here/")
    assert "Nothing is here for you" in words_of(page)
    assert "Worklist" not in words_of(page)


def test_a_form_from_elsewhere_is_told_so(db: None) -> None:
    page = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x", "password": "y"})
    assert page.status_code == 403
    assert "This form has expired" in words_of(page)
    assert "Nothing was stored" in words_of(page)


def test_an_unreadable_request_is_told_so_without_an_echo(rf: RequestFactory) -> None:
    request = rf.get("/")
    page = views.bad_request(request, ValueError("<b>okafor</b>"))
    assert page.status_code == 400
    assert "okafor" not in page.content.decode()


def test_a_fault_of_ours_needs_no_database_and_tells_nothing(rf: RequestFactory) -> None:
    page = views.server_error(rf.get("/"))
    assert page.status_code == 500
    assert "Something broke on our side" in words_of(page)
    assert "Traceback" not in page.content.decode()


def test_the_site_uses_them() -> None:
    resolver = get_resolver()
    assert resolver.resolve_error_handler(400) is views.bad_request
    assert resolver.resolve_error_handler(500) is views.server_error


@pytest.mark.parametrize("appearance", ["light", "dark"])
def test_a_chosen_appearance_is_kept_in_a_cookie_and_on_the_page(client: Client, db: None, appearance: str) -> None:
    answer = client.post("/appearance/", {"appearance": appearance, "next": "/accounts/login/"})
    assert answer["Location"] == "/accounts/login/"
    assert f'data-theme="{appearance}"' in client.get("/accounts/login/").content.decode()
    client.post("/appearance/", {"appearance": "system"})
    assert "data-theme" not in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_choosing_an_appearance_leads_to_no_other_site(client: Client, db: None, back: str) -> None:
    assert client.post("/appearance/", {"appearance": "dark", "next": back})["Location"] == "/"


def test_an_appearance_that_does_not_exist_is_none(client: Client, db: None) -> None:
    client.cookies["appearance"] = '"><script>'
    assert "<script>" not in client.get("/accounts/login/").content.decode()
