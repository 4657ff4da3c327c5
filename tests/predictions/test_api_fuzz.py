"""Whatever fits the published schema is answered as it tells, and whatever does not is refused: never a 5xx."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.databases import FreshDatabase
from tests.ehr_server import ehr_server
from tests.fuzz_api import SEED, fuzz

EXAMPLES = 3  # of each operation; `python -m tests.fuzz_api` makes 200


@pytest.mark.processes
def test_no_request_that_can_be_made_of_the_schema_breaks_a_door(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    with ehr_server(fresh_database, tmp_path) as server:
        done = fuzz(server.address, server.token, examples=EXAMPLES, seed=SEED)
    assert done.returncode == 0, done.stdout[-4000:]
