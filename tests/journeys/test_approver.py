"""The approver's desk: the models, one version in full, its story; the administrator's run while it goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.processes]

NARROW = {"width": 390, "height": 844}
WHY = "Half a year of new outcomes."


def test_an_approver_reads_a_version_and_its_story(sit_down: Callable[..., Screen]) -> None:
    approver = sit_down()
    approver.sign_in("approver")
    approver.open("/admin/predictions/modelversion/")
    expect(approver.page.get_by_role("heading", level=1, name="Models")).to_be_visible()
    approver.look()
    for link in ("readmission-30d v1", "The whole story"):
        approver.page.get_by_role("link", name=link, exact=True).last.click()
        approver.look()
    expect(approver.page.get_by_role("heading", name="In the audit log")).to_be_visible()
    approver.page.set_viewport_size(NARROW)
    assert approver.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    approver.assert_quiet()


def test_a_run_is_started_watched_and_cancelled_without_scripts(sit_down: Callable[..., Screen]) -> None:
    administrator = sit_down(scripts=False)
    administrator.sign_in("administrator")
    page = administrator.open("/admin/mlops/trainingrun/start/")
    page.get_by_label("Reason").fill(WHY)
    page.get_by_role("button", name="Retrain").click()
    expect(page.get_by_text(WHY).first).to_be_visible()
    administrator.look()
    page.get_by_role("link", name="Refresh").click()
    page.get_by_role("link", name="Cancel this run").click()
    page.get_by_role("button", name="Cancel the run").click()
    expect(page.get_by_text("Cancelled", exact=True).first).to_be_visible()
    administrator.assert_quiet()
