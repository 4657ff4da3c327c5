"""One MLflow server for all tests of a run, started with the first that asks; each test has an experiment of its own."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from config import mlflow_server


@pytest.fixture(scope="session")
def mlflow_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with mlflow_server.running(tmp_path_factory.mktemp("mlflow")) as url:
        yield url


@pytest.fixture
def own() -> str:
    """A name that no other test has."""
    return uuid4().hex[:12]
