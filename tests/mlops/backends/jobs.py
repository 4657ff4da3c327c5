"""A frozen data set and a job of a few trees on it."""

from __future__ import annotations

from functools import cache

from mlops.backends.base import Job
from mlops.blobs import BlobStore, MemoryBlobs
from mlops.frozen import Frozen, freeze, training_digest
from predictions.features import schema_hash
from tests import small_model

PLACE = "runs/small/data"
FEW_TREES = {"trees": 5, "min_child_weight": 2.0, "learning_rate": 0.3}


@cache
def _frozen() -> tuple[MemoryBlobs, Frozen]:
    blobs = MemoryBlobs()
    return blobs, freeze(small_model.dataset(), blobs=blobs, place=PLACE)


def frozen_in(blobs: BlobStore) -> Frozen:
    """The small data set, copied into a store."""
    kept, frozen = _frozen()
    for path in kept.list(PLACE):
        blobs.put(path, kept.get(path))
    return frozen


def small_job(blobs: BlobStore, *, name: str = "wardlight-small-1", **different: object) -> Job:
    frozen = frozen_in(blobs)
    job = {
        "name": name, "place": PLACE, "data_sha256": training_digest(PLACE, frozen.sha256, blobs=blobs), "engine": "boosted",
        "parameters": FEW_TREES, "seed": 7, "feature_schema": schema_hash(), **different,
    }  # fmt: skip
    return Job(**job)  # type: ignore[arg-type]
