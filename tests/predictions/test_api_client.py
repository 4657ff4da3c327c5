"""The published schema, the client made from it, and both against the application as gunicorn serves it."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from config.environment import ROOT
from tests import making_client
from tests.databases import FreshDatabase
from tests.ehr_server import EhrServer, ehr_server

BLOCKS = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.fixture
def server(fresh_database: FreshDatabase, tmp_path: Path) -> Iterator[EhrServer]:
    with ehr_server(fresh_database, tmp_path) as running:
        yield running


def test_making_the_client_anew_changes_nothing(tmp_path: Path) -> None:
    making_client.make(tmp_path)
    assert making_client.files_of(tmp_path) == making_client.files_of(making_client.FOLDER)


@pytest.mark.processes
def test_the_clients_examples_run(server: EhrServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(making_client.FOLDER))
    said = io.StringIO()
    names = {"address": server.address, "client_id": server.client_id, "secret": server.secret}
    with contextlib.redirect_stdout(said):
        for block in BLOCKS.findall((ROOT / "clients" / "python" / "README.md").read_text()):
            exec(block, names)  # noqa: S102  our own document
    lines = said.getvalue().splitlines()
    assert lines[0].startswith("Of 100 patients like this")
    assert lines[-1] == "['scored', 'follow-up']"


@pytest.mark.processes
def test_the_schemas_page_and_every_refusal_are_served(server: EhrServer) -> None:
    with httpx.Client(base_url=server.address, headers={"Authorization": f"Bearer {server.token}"}) as client:
        page = client.get("/api/v1/docs")
        assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
        assert client.get("/api/v1/health").json()["status"] == "ready"
        assert client.get("/api/v1/encounters/no-id").headers["Content-Type"] == "application/problem+json"
