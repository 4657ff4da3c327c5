"""The checks as an administrator starts them: through gunicorn, against the doors that this software has."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from config.embedded import Servers
from config.environment import ROOT
from tests import serving_world
from tests.databases import FreshDatabase, drop_database, make_database
from tests.served import environment, serving
from tests.surroundings import TEMPLATE_DATABASE, TEST_DATABASE

PORT = 8_560
RUN = """
import django, json
django.setup()
from mlops.conformance import reports
report = reports.complete(reports.start(by=None).pk)
print(json.dumps({"failure": report.failure, "findings": report.findings, "passed": report.passed}))
"""
LEFT_BEHIND = """
SELECT count(*) FROM clinical_encounter e JOIN clinical_careunit u ON u.id = e.unit_id
WHERE u.code = 'CONFORMANCE' AND e.entered_in_error_at IS NULL
"""


@pytest.mark.processes
def test_our_own_doors_hold_every_check_and_nothing_of_it_stays_on_a_list(
    django_db_setup: None, servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> None:
    name = f"{TEST_DATABASE}_conformance"
    make_database(servers, name, template=TEMPLATE_DATABASE)
    world = serving_world.make(FreshDatabase(name, servers), tmp_path_factory.mktemp("conformance"))
    with serving(world.database, world.folder, first_port=PORT, WARDLIGHT_ROLE="api") as served:
        surroundings = {**environment(world.database, world.folder), "WARDLIGHT_API_ADDRESS": served.address}
        done = subprocess.run(
            [sys.executable, "-c", RUN], cwd=ROOT, env={**surroundings, "DJANGO_SETTINGS_MODULE": "config.settings"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        told = json.loads(done.stdout.splitlines()[-1])
        assert [finding for finding in told["findings"] if finding["fault"]] == []
        assert (told["failure"], told["passed"]) == ("", True)
        assert served.rows(LEFT_BEHIND) == [(0,)]
    drop_database(servers, name)
