from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from mlops.shadow import scoring as shadow
from mlops.spark.session import java_is_here, local_session
from predictions import champion

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """One Spark for the whole run: starting it takes longer than most tests."""
    if not java_is_here():
        pytest.skip("Spark needs Java, which was not found")
    session = local_session()
    yield session
    session.stop()


@pytest.fixture
def nothing_held() -> Iterator[None]:
    """No version is left in this process's memory, before and after."""
    champion.forget()
    shadow.forget()
    yield
    champion.forget()
    shadow.forget()
