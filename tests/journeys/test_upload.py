"""A hospital without an interface: a nurse uploads a file, mends nothing, takes the good rows, and finds them on the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.screen import Screen
from tests.predictions.upload_files import csv_of
from tests.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.processes]
PHONE, DESK = {"width": 400, "height": 800}, {"width": 1280, "height": 900}


def ward_of_the_nurse(served: Served) -> str:
    found = served.rows(
        "SELECT u.code FROM clinical_staffmembership m JOIN clinical_careunit u ON u.id = m.unit_id"
        " JOIN clinical_user p ON p.id = m.user_id WHERE p.username = 'nurse' ORDER BY u.code LIMIT 1"
    )
    return str(found[0][0])


def file_of(served: Served, **others: str) -> dict[str, Any]:
    own = {"unit": ward_of_the_nurse(served), **others}
    good = {"discharged_at": "", "family_name": "Newcomer", "admitted_at": "2026-11-20 09:30"}
    data = csv_of(own | good, own | {"birth_date": "2023-02-29"}, own | {"given_name": "=1+1", "medications_count": "1,5"})
    return {"name": "stays.csv", "mimeType": "text/csv", "buffer": data}


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_file_is_looked_at_and_its_good_rows_come_in(
    sit_down: Callable[..., Screen], served: Served, *, scripts: bool
) -> None:
    nurse = sit_down(scripts=scripts)
    nurse.sign_in("nurse")
    page = nurse.page
    nurse.press(page.get_by_role("navigation", name="Main").get_by_role("link", name="Uploads"))
    expect(page.get_by_role("heading", name="Choose a file")).to_be_visible()
    nurse.look()
    page.get_by_label("CSV or NDJSON file").set_input_files(file_of(served))
    nurse.press(page.get_by_role("button", name="Upload and look at it"))
    expect(page.get_by_role("heading", name="What an import would do")).to_be_visible()
    refused = page.get_by_role("region", name="Refused rows", exact=True).last
    expect(refused.get_by_role("row").filter(has_text="is no day of the calendar")).to_contain_text("birth_date")
    expect(refused.get_by_role("row").filter(has_text="1,5")).to_contain_text("4")
    expect(page.get_by_role("region", name="First rows", exact=True)).to_contain_text("NEWCOMER, Anna")
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        nurse.look()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
            "the page itself never scrolls sideways"
        )
    page.get_by_label("The 1 good row; the 2 refused stay out").check()
    nurse.press(page.get_by_role("button", name="Import"))
    expect(page.locator("#progress-words")).to_contain_text("The rows are being imported")
    a_worker_comes_by(served)  # and the page finds it out by itself, with scripts and without
    expect(page.get_by_text("1 of 3 rows were imported.")).to_be_visible()
    nurse.look()
    nurse.press(page.get_by_role("link", name="worklist", exact=True))
    expect(page.get_by_role("heading", name="Worklist")).to_be_visible()
    nurse.assert_quiet()


def a_worker_comes_by(served: Served) -> None:
    done = served.manage("shell", "-c", "from predictions.upload.keeping import *; [work_on(pk) for pk in waiting_ids()]")
    assert done.returncode == 0, done.stderr
