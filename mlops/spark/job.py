"""The Databricks job: `python -m mlops.spark.job --lake s3://bucket/lake`, and the same on a laptop.

On Databricks (DATABRICKS_RUNTIME_VERSION is set there) Spark reads and writes the Delta tables itself. Elsewhere delta-rs
does, and Arrow carries the rows across. What lies between is one and the same: the golden rows are checked, the
encounters are spread by patient, and the expressions of predictions.features are run on them.

How it grows. All stays of a patient lie on one partition, and partitions know nothing of each other: work and exchanged
bytes grow as the number of encounters, and machines share them. The only exchange is that by patient. The largest
patient bounds how far that goes, at some dozens of stays far below any limit. The bridge of a laptop goes through the
patients part by part instead, so that its memory does not grow; `--measure` shows both at 1 and 10 times the data.

The job needs no database, no broker and no secret of the application: it configures Django with the facts' models alone.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import django
import structlog
from django.conf import settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

log = structlog.get_logger(__name__)


def main(arguments: Sequence[str]) -> None:
    """Steps: stand alone, find a Spark, make the features of one raw version, say which."""
    options = _parser().parse_args(arguments)
    if options.code:
        sys.path.insert(0, options.code)
    stand_alone()
    if options.measure:
        _measure(options)
        return
    from mlops.spark.running import run  # noqa: PLC0415  our models must be configured before they are imported
    from mlops.spark.tables import ArrowBridge, NativeDelta  # noqa: PLC0415
    from mlops.store.lake import Lake  # noqa: PLC0415

    spark = _session(options)
    tables = NativeDelta(spark, options.lake) if _on_databricks() else ArrowBridge(spark, Lake(options.lake))
    version = run(spark, tables, raw_version=options.raw_version, partitions=options.partitions)
    log.info("features made", version=version)


def stand_alone() -> None:
    """Just enough of Django for the vocabulary of the facts; a process that is configured already stays as it is."""
    if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
        apps = ["django.contrib.auth", "django.contrib.contenttypes", "clinical"]
        settings.configure(INSTALLED_APPS=apps, AUTH_USER_MODEL="clinical.User", USE_TZ=True)
        django.setup()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mlops.spark.job", description="Make the features of a version of the raw table.")
    parser.add_argument("--lake", required=True, help="root of the Delta tables: a folder or an address of the cluster's store")
    parser.add_argument("--code", help="folder that holds these packages, where it is not on Python's path already")
    parser.add_argument("--raw-version", type=int, help="version of the raw table; default: the newest")
    parser.add_argument("--partitions", type=int, help="partitions that the patients are spread over; default: Spark's own")
    parser.add_argument("--threads", type=int, default=2, help="without a cluster: threads of the local Spark; default 2")
    parser.add_argument("--memory", default="2g", help="without a cluster: memory of the local Spark; default 2g")
    parser.add_argument("--measure", type=Path, metavar="FILE", help="time the job at 1 and 10 times the data, into this file")
    return parser


def _session(options: argparse.Namespace) -> SparkSession:
    if _on_databricks():
        from pyspark.sql import SparkSession  # noqa: PLC0415  there it is the cluster's own

        return SparkSession.builder.getOrCreate()
    from mlops.spark.session import local_session  # noqa: PLC0415

    return local_session(threads=options.threads, partitions=options.threads, memory=options.memory)


def _on_databricks() -> bool:
    return "DATABRICKS_RUNTIME_VERSION" in os.environ


def _measure(options: argparse.Namespace) -> None:
    from mlops.spark.measuring import measure  # noqa: PLC0415
    from mlops.store.lake import Lake  # noqa: PLC0415
    from mlops.store.tables import RAW  # noqa: PLC0415

    raw = Lake(options.lake).read(RAW, version=options.raw_version).collect()
    scales = []
    for scale in measure(_session(options), raw):
        scales.append(scale.as_json())
        options.measure.write_text(json.dumps(scales, indent=2) + "\n")
        log.info("measured", **scale.as_json())


if __name__ == "__main__":
    main(sys.argv[1:])
