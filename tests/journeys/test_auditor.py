"""The auditor's morning: who looked at whom, what they did, whether the log is whole; and no chart."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.processes]

NOTE = "Bed rails checked"


def test_the_auditor_finds_what_the_nurse_did_and_sees_no_patient(sit_down: Callable[..., Screen]) -> None:
    nurse = sit_down()
    nurse.sign_in("nurse")
    name = nurse.page.locator(".patient-link").first.inner_text()
    nurse.page.locator(".patient-link").first.click()
    nurse.page.wait_for_url("**/encounters/**")
    subject = nurse.page.url.rstrip("/").rsplit("/", 1)[-1]
    nurse.page.get_by_label("What", exact=True).select_option("education")
    nurse.page.get_by_label("Done", exact=True).check()
    nurse.page.get_by_label("Note").fill(NOTE)
    nurse.page.get_by_role("button", name="Record follow-up").click()
    expect(nurse.page.locator(".history")).to_contain_text(NOTE)
    nurse.assert_quiet()

    auditor = sit_down()
    auditor.sign_in("auditor")
    finds_both_rows(auditor, subject)
    text = auditor.page.content()
    assert name not in text
    assert NOTE not in text
    verifies_the_log(auditor)
    auditor.open(f"/encounters/{subject}/")
    expect(auditor.page.get_by_role("heading", level=1)).to_be_visible()
    assert name not in auditor.page.content()
    auditor.look()
    auditor.assert_quiet(refusals=[403])


def finds_both_rows(auditor: Screen, subject: str) -> None:
    page = auditor.page
    expect(page.get_by_role("heading", name="Audit log")).to_be_visible()
    auditor.look()
    auditor.type_into("Who", "nurse")
    auditor.type_into("To which id", subject)
    page.keyboard.press("Enter")
    expect(page.locator("#filter-notice")).to_contain_text("The log is filtered: rows are hidden.")
    for verb in ("encounter.viewed", "follow_up.recorded"):
        row = page.get_by_role("row").filter(has_text=verb).filter(has_text=subject).first
        expect(row).to_contain_text("nurse")
    auditor.look()
    auditor.type_into("Who", "nurse<script>")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Who", exact=True)).to_have_accessible_description(re.compile("Letters, digits and"))
    auditor.look()


def verifies_the_log(auditor: Screen) -> None:
    page = auditor.page
    auditor.open("/audit/")
    auditor.press(page.get_by_role("button", name="Verify the whole log"))
    expect(page.get_by_text("rows were recomputed and fit together.")).to_be_visible()
    expect(page.get_by_text("Intact when last verified")).to_be_visible()
    auditor.look()
