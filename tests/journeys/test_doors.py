"""Shutting the door: after wrong passwords, after a stretch without a request, and on paper what must stand there."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from clinical.demo_accounts import PASSWORD
from tests.journeys.screen import Screen
from tests.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.processes]

ATTEMPTS = 5
MOMENT = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\b\d{6}\b")
A_LITTLE_LONGER_THAN_IDLE_SECONDS = 16 * 60
WHO_IS_LOCKED = "approver2"  # no other journey signs in with this name: the tests run in any order and the lock stays


def test_five_wrong_passwords_lock_a_name_and_tell_nothing_of_whether_it_exists(sit_down: Callable[..., Screen]) -> None:
    known, unknown = sit_down(), sit_down()
    for _ in range(ATTEMPTS):
        assert answer_to_wrong_password(known, WHO_IS_LOCKED) == answer_to_wrong_password(unknown, "nobody")
    for screen in (known, unknown):
        expect(screen.page.get_by_role("heading", name="Sign-in is locked")).to_be_visible()
    known.look()
    assert known.watch.refusals == unknown.watch.refusals
    assert set(known.watch.refusals) == {429}
    the_right_password_does_not_help(known)
    assert known.watch.complaints == unknown.watch.complaints == []


def answer_to_wrong_password(screen: Screen, username: str) -> str:
    """Every word of the page, without the code and the number that change by themselves, and the name that was typed."""
    screen.open("/accounts/login/")
    screen.page.get_by_label("User name").fill(username)
    screen.page.get_by_label("Password", exact=True).fill("not the password")
    with screen.page.expect_navigation():
        screen.page.get_by_role("button", name="Continue").click()
    return MOMENT.sub("", screen.page.locator("body").inner_text())


def the_right_password_does_not_help(screen: Screen) -> None:
    screen.open("/accounts/login/")
    screen.type_into("User name", WHO_IS_LOCKED)
    screen.type_into("Password", PASSWORD)
    screen.page.keyboard.press("Enter")
    expect(screen.page.get_by_role("heading", name="Sign-in is locked")).to_be_visible()


def test_a_screen_left_alone_is_signed_out(sit_down: Callable[..., Screen], served: Served) -> None:
    nurse = sit_down()
    nurse.sign_in("nurse")
    served.age_sessions(seconds=60)
    nurse.open("/worklist/")
    expect(nurse.page.get_by_role("heading", name="Worklist")).to_be_visible()
    served.age_sessions(seconds=A_LITTLE_LONGER_THAN_IDLE_SECONDS)
    # a fragment is asked for: the whole page must go, not only its middle
    nurse.page.get_by_role("link", name="Refresh").click()
    expect(nurse.page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(nurse.page.locator("#results")).to_have_count(0)
    nurse.page.go_back()
    expect(nurse.page.locator(".patient-link")).to_have_count(0)
    nurse.assert_quiet()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_printed_encounter_says_who_and_how_likely_on_white(sit_down: Callable[..., Screen], scheme: str) -> None:
    nurse = sit_down()
    nurse.sign_in("nurse")
    first = nurse.page.locator(".patient-link").first
    name = first.inner_text()
    first.click()
    nurse.page.wait_for_url("**/encounters/**")
    nurse.page.emulate_media(media="print", color_scheme=scheme)  # type: ignore[arg-type]
    banner = nurse.page.get_by_role("region", name="Patient")
    expect(banner).to_be_visible()
    for words in (name, "Born", "Record number", "Unit"):
        expect(banner).to_contain_text(words)
    expect(nurse.page.locator(".risk__sentence")).to_be_visible()
    expect(nurse.page.get_by_text("Synthetic").first).to_be_visible()
    for control in ("#follow-up-form", ".masthead", ".crumbs"):
        expect(nurse.page.locator(control)).to_be_hidden()
    ground = nurse.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    ink = nurse.page.locator(".risk__sentence").evaluate("element => getComputedStyle(element).color")
    assert ground == "rgb(255, 255, 255)"
    assert max(int(part) for part in re.findall(r"\d+", ink)[:3]) < 100
    nurse.assert_quiet()
