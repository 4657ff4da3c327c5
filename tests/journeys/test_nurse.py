"""The nurse's shift, with and without scripts: sign in, find who needs her, read why, act, find it again, sign out."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.screen import Screen
from tests.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.processes]

BY_RISK = "Sorted by: 30-day readmission risk, highest first"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_nurse_works_through_her_list(sit_down: Callable[..., Screen], served: Served, *, scripts: bool) -> None:
    nurse = sit_down(scripts=scripts)
    nurse.sign_in("nurse", look=True)
    sees_a_ranked_list(nurse)
    filters_and_clears(nurse)
    sorts_and_pages(nurse)
    opens_the_first_encounter(nurse)
    reads_why(nurse)
    note = f"Called at the bedside {'with' if scripts else 'without'} scripts"
    is_told_what_is_missing(nurse)
    records(nurse, note)
    assert served.rows("SELECT count(*) FROM clinical_followup WHERE note = %s", note) == [(1,)]
    nurse.sign_out()
    nurse.look()
    nurse.open("/worklist/")
    expect(nurse.page.get_by_role("heading", name="Sign in")).to_be_visible()
    nurse.assert_quiet(refusals=[422])


def sees_a_ranked_list(nurse: Screen) -> None:
    expect(nurse.page.get_by_text(BY_RISK).first).to_be_visible()
    risks = shown_risks(nurse.page)
    assert len(risks) >= 5
    assert risks == sorted(risks, reverse=True)
    expect(nurse.page.get_by_text("Synthetic").first).to_be_visible()
    nurse.look()


def filters_and_clears(nurse: Screen) -> None:
    everybody = nurse.page.locator("#worklist tbody tr").count()
    chooses(nurse, "Risk band", "Very high")
    nurse.press(nurse.page.get_by_role("button", name="Apply filters"))
    notice = nurse.page.locator("#filter-notice")
    expect(notice).to_contain_text("This list is filtered: patients are hidden. Only risk band Very high.")
    bands = nurse.page.locator("#worklist tbody .risk-cell .badge").all_inner_texts()
    assert {" ".join(band.split()) for band in bands} == {"Very high risk"}
    nurse.look()
    nurse.press(nurse.page.get_by_role("link", name="Clear filters"))
    expect(notice).to_have_count(0)
    expect(nurse.page.locator("#worklist tbody tr")).to_have_count(everybody)
    searches_for_a_name(nurse)


def searches_for_a_name(nurse: Screen) -> None:
    """The name reaches the list and stays out of the address."""
    name = nurse.page.locator(".patient-link").first.inner_text().split(",")[0]
    nurse.type_into("Name or record number", name)
    nurse.page.keyboard.press("Enter")
    expect(nurse.page.locator("#filter-notice")).to_contain_text("search", ignore_case=True)
    expect(nurse.page.locator(".patient-link").first).to_contain_text(name)
    assert name.lower() not in nurse.page.url.lower()
    nurse.press(nurse.page.get_by_role("link", name="Clear filters"))
    expect(nurse.page.locator("#filter-notice")).to_have_count(0)


def sorts_and_pages(nurse: Screen) -> None:
    page = nurse.page
    nurse.press(page.get_by_role("link", name="All encounters"))
    expect(page.get_by_role("link", name="All encounters")).to_have_attribute("aria-current", "page")
    nurse.press(page.get_by_role("link", name=re.compile("^Patient")))
    expect(page.get_by_text("Sorted by: patient name, A to Z").first).to_be_visible()
    first_page = names(page)
    assert len(first_page) == 50
    assert first_page == sorted(first_page)
    nurse.press(page.get_by_role("link", name="Next 50"))
    expect(page.get_by_role("link", name="Previous 50")).to_be_visible()
    second_page = names(page)
    assert first_page[-1] <= second_page[0]
    nurse.look()
    nurse.press(page.get_by_role("link", name="Previous 50"))
    expect(page.get_by_role("link", name="Previous 50")).to_have_count(0)
    assert names(page) == first_page
    nurse.press(page.get_by_role("link", name=re.compile("^Risk of readmission")))
    expect(page.get_by_text(BY_RISK).first).to_be_visible()
    nurse.press(page.get_by_role("link", name="On the ward now"))
    expect(page.get_by_role("link", name="On the ward now")).to_have_attribute("aria-current", "page")


def opens_the_first_encounter(nurse: Screen) -> None:
    first = nurse.page.locator(".patient-link").first
    name = first.inner_text()
    nurse.press(first)
    expect(nurse.page.get_by_role("heading", name="Encounter", exact=True)).to_be_visible()
    expect(nurse.page.get_by_role("region", name="Patient")).to_contain_text(name)


def reads_why(nurse: Screen) -> None:
    page = nurse.page
    expect(page.locator(".risk__sentence")).to_have_text(re.compile(r"Of 100 patients like this, about .+ within 30 days"))
    expect(page.get_by_text("95 % interval").first).to_be_visible()
    for heading in ("Why the score is what it is", "What this score cannot see", "Can be acted on", "Timeline"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    chart = page.get_by_role("img", name="How each factor moves the score")
    expect(chart).to_be_visible()
    assert chart.locator("rect").count() >= 3
    nurse.press(page.get_by_text("All factors as a table"))
    expect(page.get_by_role("table", name="All factors of this score")).to_be_visible()
    nurse.look()


def is_told_what_is_missing(nurse: Screen) -> None:
    """The answer stands beside the field, the field says so to a screen reader, and nothing is stored."""
    nurse.press(nurse.page.get_by_role("button", name="Record follow-up"))
    expect(nurse.page.get_by_text("Nothing was recorded yet.")).to_be_visible()
    what = nurse.page.get_by_label("What", exact=True)
    expect(what).to_have_attribute("aria-invalid", "true")
    expect(what).to_have_accessible_description(re.compile("Choose what was done or is planned"))
    expect(nurse.page.locator("#patient-name")).to_be_visible()
    nurse.look()


def records(nurse: Screen, note: str) -> None:
    page = nurse.page
    chooses(nurse, "What", "Phone call after discharge")
    nurse.press(page.get_by_label("Planned", exact=True), key="Space")
    expect(page.get_by_label("Planned", exact=True)).to_be_checked()
    nurse.type_into("Note (optional)", note)
    submits_twice(nurse, page.get_by_role("button", name="Record follow-up"))
    expect(page.get_by_text("Recorded. It is in the history of this encounter.").first).to_be_visible()
    assert page.locator(".history").get_by_text(note).count() == 1
    expect(page.locator(".history li").filter(has_text=note)).to_contain_text("Ruth Adeyemi")
    nurse.look()


def submits_twice(nurse: Screen, button: Locator) -> None:
    """Twice in a row, as an impatient finger does."""
    nurse.tab_to(button)
    button.dblclick()


def chooses(nurse: Screen, label: str, option: str) -> None:
    """From a list, by typing the first letters of what is wanted."""
    choice = nurse.page.get_by_label(label, exact=True)
    nurse.tab_to(choice)
    nurse.page.keyboard.type(option)
    nurse.page.keyboard.press("Enter")
    expect(choice.locator("option:checked")).to_have_text(option)


def shown_risks(page: Page) -> list[int]:
    texts = page.locator(".risk-cell__number b").all_inner_texts()
    return [int(re.sub(r"\D", "", text)) for text in texts]


def names(page: Page) -> list[str]:
    return page.locator(".patient-link").all_inner_texts()
