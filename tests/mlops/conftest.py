from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from mlops.spark.session import java_is_here, local_session

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
