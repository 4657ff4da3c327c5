from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from mlops.blobs import BlobStore, FolderBlobs, MemoryBlobs
from mlops.datasets import Cut, Dataset, Part
from mlops.errors import FrozenDataRefusedError
from mlops.frozen import described, found, freeze, thaw, training_digest
from mlops.frozen_rows import read_manifest
from mlops.store.reading import TableRead
from tests import small_model

PLACE = "runs/one/data"


@pytest.fixture
def dataset() -> Dataset:
    """With everything that a data set can carry."""
    plain = small_model.dataset()
    later = np.arange(len(plain.held_out.readmitted)) % 3 == 0
    return replace(
        plain, tables=(TableRead("raw", 3, "a" * 64),), cut=Cut("time of discharge", "2026-01-01T00:00:00+00:00", later),
        composition={"rows": 7, "provenance": "synthetic"},
    )  # fmt: skip


def same_part(one: Part, other: Part) -> bool:
    arrays = zip((one.matrix, one.readmitted, one.patients), (other.matrix, other.readmitted, other.patients), strict=True)
    return all(a.tobytes() == b.tobytes() and a.dtype == b.dtype for a, b in arrays) and one.table.equals(other.table)


def test_a_data_set_comes_back_bit_for_bit(dataset: Dataset) -> None:
    blobs = MemoryBlobs()
    frozen = freeze(dataset, blobs=blobs, place=PLACE)
    back = thaw(PLACE, frozen.sha256, blobs=blobs)
    assert np.isnan(back.training.matrix).any()
    assert same_part(back.training, dataset.training)
    assert same_part(back.held_out, dataset.held_out)
    assert back.cut is not None
    assert dataset.cut is not None
    assert back.cut.later.tolist() == dataset.cut.later.tolist()
    plain = [field.name for field in fields(Dataset) if field.name not in {"training", "held_out", "cut"}]
    assert [getattr(back, name) for name in plain] == [getattr(dataset, name) for name in plain]
    assert back.as_json() == dataset.as_json() == described(PLACE, frozen.sha256, blobs=blobs)


def test_a_data_set_without_a_cut_comes_back_without_one() -> None:
    blobs = MemoryBlobs()
    frozen = freeze(small_model.dataset(), blobs=blobs, place=PLACE)
    assert thaw(PLACE, frozen.sha256, blobs=blobs).cut is None


def test_the_same_data_set_leaves_the_same_digest_wherever_it_is_frozen(dataset: Dataset, tmp_path: Path) -> None:
    digests = {freeze(dataset, blobs=blobs, place=PLACE).sha256 for blobs in (MemoryBlobs(), FolderBlobs(tmp_path))}
    assert len(digests) == 1


def test_half_of_a_data_set_is_none(dataset: Dataset) -> None:
    whole, half = MemoryBlobs(), MemoryBlobs()
    frozen = freeze(dataset, blobs=whole, place=PLACE)
    for path in whole.list(PLACE):
        if path != f"{PLACE}/manifest.json":
            half.put(path, whole.get(path))
    assert found(PLACE, blobs=half) is None
    assert found(PLACE, blobs=whole) == frozen


def flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


CHANGES: dict[str, Callable[[bytes], bytes]] = {"flipped": flipped, "truncated": lambda data: data[:-20]}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(
    "name", ["manifest.json", "training/matrix.npy", "held_out/readmitted.npy", "training.parquet", "later.npy"]
)
def test_a_changed_file_is_refused_by_its_name(dataset: Dataset, name: str, change: str) -> None:
    blobs: BlobStore = MemoryBlobs()
    frozen = freeze(dataset, blobs=blobs, place=PLACE)
    blobs.put(f"{PLACE}/{name}", CHANGES[change](blobs.get(f"{PLACE}/{name}")))
    with pytest.raises(FrozenDataRefusedError, match=name):
        thaw(PLACE, frozen.sha256, blobs=blobs)


def test_a_lost_file_is_refused_by_its_name(dataset: Dataset, tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    frozen = freeze(dataset, blobs=blobs, place=PLACE)
    (tmp_path / PLACE / "held_out" / "matrix.npy").unlink()
    with pytest.raises(FrozenDataRefusedError, match=r"held_out/matrix.npy is missing"):
        thaw(PLACE, frozen.sha256, blobs=blobs)


def test_a_training_job_knows_its_rows_without_the_rest(dataset: Dataset) -> None:
    blobs = MemoryBlobs()
    frozen = freeze(dataset, blobs=blobs, place=PLACE)
    digest = training_digest(PLACE, frozen.sha256, blobs=blobs)
    assert set(read_manifest(blobs, f"{PLACE}/training", digest)["files"]) == {"matrix.npy", "readmitted.npy", "patients.npy"}
