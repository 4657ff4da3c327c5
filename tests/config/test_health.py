"""Liveness and readiness, as an orchestrator sees them."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.test import Client

from config.environment import ROOT
from tests.databases import FreshDatabase

ASK = (
    "import django; django.setup(); from django.test import Client;"
    "answer = Client().get('/health/ready'); print(answer.status_code, answer.content.decode())"
)


def test_live_says_alive(client: Client) -> None:
    assert client.get("/health/live").json() == {"status": "alive"}


def test_ready_with_a_migrated_database(db: None, client: Client) -> None:
    response = client.get("/health/ready")
    assert (response.status_code, response.json()) == (200, {"status": "ready", "reasons": []})


def test_not_ready_while_the_database_does_not_answer() -> None:
    assert (
        _readiness(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
        == '503 {"status": "not ready", "reasons": ["the database does not answer"]}'
    )


def test_not_ready_while_a_migration_is_missing(fresh_database: FreshDatabase) -> None:
    with fresh_database.link(role="postgres") as link:
        link.execute("DELETE FROM django_migrations WHERE app = 'predictions' AND name LIKE '0002%'")
    assert (
        _readiness(**fresh_database.environment()) == '503 {"status": "not ready", "reasons": ["migrations are not applied"]}'
    )


def test_ready_while_redis_is_down(fresh_database: FreshDatabase) -> None:
    assert _readiness(**fresh_database.environment() | {"REDIS_URL": "redis://127.0.0.1:1/0"}).startswith("200 ")


def test_an_api_process_without_a_champion_is_not_ready(fresh_database: FreshDatabase) -> None:
    answer = _readiness(**(fresh_database.environment() | {"WARDLIGHT_ROLE": "api"}))
    assert answer.startswith("503 ")
    assert "No model has been promoted" in answer


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_pages_say_nothing_of_versions_or_people(db: None, client: Client, path: str) -> None:
    assert set(client.get(path).json()) <= {"status", "reasons"}


def _readiness(**environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]
