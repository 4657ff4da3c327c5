"""Spark on this machine: two threads, loopback only, no web page of its own."""

from __future__ import annotations

import logging
import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LOOPBACK = "127.0.0.1"
_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.driver.host": LOOPBACK,
    "spark.driver.bindAddress": LOOPBACK,
    "spark.sql.session.timeZone": "UTC",
    # the plan of 200 features is as long as a book; nobody reads it, and writing it out takes seconds
    "spark.sql.maxPlanStringLength": "0",
    "spark.sql.debug.maxToStringFields": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.log.level": "ERROR",
}


def java_is_here() -> bool:
    return bool(os.environ.get("JAVA_HOME")) or shutil.which("java") is not None


def local_session(*, threads: int = 2, partitions: int = 2, memory: str = "2g") -> SparkSession:
    """The session of this process; a second call gets the first one's."""
    from pyspark.sql import SparkSession  # noqa: PLC0415  the words above must be known before the JVM starts

    os.environ.setdefault("SPARK_LOCAL_IP", LOOPBACK)
    logging.getLogger("py4j").setLevel(logging.WARNING)  # it tells of every connection, also when the process ends
    builder = SparkSession.builder.master(f"local[{threads}]").appName("wardlight")
    settings = _SETTINGS | {"spark.sql.shuffle.partitions": str(partitions), "spark.driver.memory": memory}
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()
