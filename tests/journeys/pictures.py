"""The pictures of the documents, of a synthetic cohort and never of real data: `python -m tests.journeys.pictures`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import django

from config.environment import ROOT
from tests.surroundings import SERVERS, TEST_DATABASE

ENCOUNTERS = 20_000
FOLDER = ROOT / "docs" / "images"
LARGEST_BYTES = 300_000
DESK = {"width": 1280, "height": 900}
GATE_AND_FIGURES = {"width": 1280, "height": 1500}
# another learner on the same data, so that the two that stand beside each other differ
RETRAIN = ("retrain", "--here", "--by", "approver", "--engine", "linear", "--reason", "Does a simpler learner do as well?")


def main() -> int:
    """Populate a database, serve it, photograph its pages, and clear up."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from tests.databases import FreshDatabase, drop_database, make_database  # noqa: PLC0415  these need the settings
    from tests.served import populate, serving  # noqa: PLC0415  as above

    database = FreshDatabase(f"{TEST_DATABASE}_pictures", SERVERS)
    make_database(SERVERS, database.name)
    try:
        with tempfile.TemporaryDirectory() as name:
            said = populate(database, Path(name), encounters=ENCOUNTERS)
            assert "This cohort is synthetic" in said
            with serving(database, Path(name)) as served:
                retrained = served.manage(*RETRAIN)
                assert retrained.returncode == 0, retrained.stdout + retrained.stderr
                _photograph(served)
    finally:
        drop_database(SERVERS, database.name)
    return 0


def _photograph(served: object) -> None:
    from tests.journeys.screen import Screen, chromium  # noqa: PLC0415  as above
    from tests.served import Served  # noqa: PLC0415  as above

    assert isinstance(served, Served)
    with chromium() as browser:
        nurse = Screen(browser, served)
        nurse.sign_in("nurse")
        _keep(nurse.page.screenshot(animations="disabled"), "worklist.png")
        nurse.page.locator(".patient-link").first.click()
        nurse.page.wait_for_url("**/encounters/**")
        _keep(nurse.page.screenshot(animations="disabled"), "encounter.png")
        nurse.assert_quiet()
        approver = Screen(browser, served)
        approver.page.set_viewport_size(DESK)
        approver.sign_in("approver2")
        page = approver.open("/admin/mlops/trainingrun/")
        page.get_by_role("table").get_by_role("link").first.click()
        _keep(page.screenshot(animations="disabled"), "run.png")
        page.get_by_role("link", name="To the version that came of it").click()
        page.set_viewport_size(GATE_AND_FIGURES)
        _keep(page.screenshot(animations="disabled"), "candidate.png")
        approver.assert_quiet()


def _keep(picture: bytes, name: str) -> None:
    assert len(picture) < LARGEST_BYTES, f"{name} has {len(picture):,} bytes"
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / name).write_bytes(picture)
    sys.stdout.write(f"{FOLDER / name}: {len(picture):,} bytes\n")


if __name__ == "__main__":
    sys.exit(main())
