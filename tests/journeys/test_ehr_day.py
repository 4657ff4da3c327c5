"""An EHR's day as `bin/demo --check` walks it: every step, against the pages and the api role as they are deployed."""

from __future__ import annotations

import pytest

from config.demo.browser import Browser
from config.demo.ehr_day import EhrDay
from config.demo.walking import sign_in
from tests.databases import FreshDatabase
from tests.journeys.conftest import folder_of
from tests.served import Served, serving

PORT = 8_460


@pytest.mark.processes
def test_an_ehr_tells_of_a_stay_and_reads_the_whole_story_back(
    served: Served, populated: FreshDatabase, tmp_path_factory: pytest.TempPathFactory
) -> None:
    served.forget_used_codes()
    nurse = Browser(served.address)
    sign_in(nurse, "nurse")
    with serving(populated, folder_of(tmp_path_factory), first_port=PORT, WARDLIGHT_ROLE="api") as api:
        for check in EhrDay(served.address, api.address, nurse).checks:
            assert check(), check.__name__
