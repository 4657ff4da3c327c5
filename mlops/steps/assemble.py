"""The data of a run: read once from the source that was asked for, split by its protocol, and frozen for every later step.

Taken twice, it finds what was frozen the first time: the place is the run's own, and its manifest is written last.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from clinical.diabetes130.source import dataset_at
from mlops.blobs import blobs
from mlops.datasets import Dataset, Protocol, Source, from_file, from_lake
from mlops.frozen import described, found, freeze
from mlops.models import TrainingRun
from mlops.store import filling
from mlops.store.lake import lake


def take(run: TrainingRun) -> dict[str, Any]:
    """`data` as Dataset.as_json tells it, and where the data set is `frozen` under which digest."""
    store, place = blobs(), place_of(run)
    frozen = found(place, blobs=store) or freeze(_dataset(run), blobs=store, place=place)
    data = described(frozen.place, frozen.sha256, blobs=store)
    return {"data": data, "frozen": asdict(frozen), "tables": data.get("tables", [])}


def place_of(run: TrainingRun) -> str:
    return f"runs/{run.public_id}/data"


def _dataset(run: TrainingRun) -> Dataset:
    """A database is read by way of the lake, so that a run can be repeated from the version that it names."""
    wanted = run.specification
    source, protocol, seed = Source(wanted["source"]), Protocol(wanted["protocol"]), int(wanted["seed"])
    if source is Source.FILE:
        path = dataset_at(Path(wanted["dataset"]) if wanted.get("dataset") else None)
        return from_file(path, protocol=protocol, seed=seed)
    version = wanted.get("table_version")
    if source is Source.DATABASE:
        # as of when it was asked for: an outcome that matures while the run waits belongs to the next one
        version = filling.from_database(as_of=run.created_at, lake=lake()).raw.version
    return from_lake(lake(), raw_version=version, protocol=protocol, seed=seed)
