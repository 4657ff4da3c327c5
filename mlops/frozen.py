"""A data set as it was when a run began: written once, told apart by one SHA-256, and read back bit for bit.

Whatever later steps, other workers or other machines look at, they look at the same numbers; a changed byte is refused by
the name of its file. The manifest is written last, so that half of a data set is never taken for one.
"""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from mlops.blobs import BlobStore
from mlops.datasets import Cut, Dataset, Part, Protocol, Source
from mlops.frozen_rows import (
    MANIFEST,
    FrozenRows,
    array_bytes,
    array_from,
    files_of,
    manifest_bytes,
    read_files,
    read_manifest,
    rows_from,
    sha256_of,
)
from mlops.store.reading import TableRead

TRAINING, HELD_OUT = "training", "held_out"
_LATER = "later.npy"
_LAYOUT = 1


@dataclass(frozen=True)
class Frozen:
    """Where a data set lies, and the SHA-256 of its manifest, which holds those of all its files."""

    place: str
    sha256: str


def freeze(dataset: Dataset, *, blobs: BlobStore, place: str) -> Frozen:
    """Write the data set under `place`. The same data set leaves the same digest, wherever it is frozen."""
    files: dict[str, bytes] = {}
    for side, part in ((TRAINING, dataset.training), (HELD_OUT, dataset.held_out)):
        files |= _side(side, part)
    if dataset.cut is not None:
        files[_LATER] = array_bytes(dataset.cut.later)
    manifest = manifest_bytes(files, layout=_LAYOUT, about=_about(dataset))
    for name, data in {**files, MANIFEST: manifest}.items():
        blobs.put(f"{place}/{name}", data)
    return Frozen(place, sha256_of(manifest))


def found(place: str, *, blobs: BlobStore) -> Frozen | None:
    """What was frozen at `place` before; None where nothing was, or not to its end."""
    path = f"{place}/{MANIFEST}"
    return Frozen(place, sha256_of(blobs.get(path))) if blobs.exists(path) else None


def thaw(place: str, sha256: str, *, blobs: BlobStore) -> Dataset:
    """The data set as it was frozen; FrozenDataRefusedError names the file that is another."""
    manifest = read_manifest(blobs, place, sha256)
    files, about = read_files(blobs, place, manifest), manifest["about"]
    cut = None
    if about["cut"] is not None:
        cut = Cut(**about["cut"], later=array_from(files[_LATER], name=_LATER, kind="|b1"))
    return Dataset(
        source=Source(about["source"]),
        protocol=Protocol(about["protocol"]),
        seed=about["seed"],
        sha256=about["sha256"],
        training=_part(TRAINING, files),
        held_out=_part(HELD_OUT, files),
        tables=tuple(TableRead(**table) for table in about["tables"]),
        cut=cut,
        composition=about["composition"],
    )


def described(place: str, sha256: str, *, blobs: BlobStore) -> dict[str, Any]:
    """`Dataset.as_json()` of what lies there, without reading any row."""
    return dict(read_manifest(blobs, place, sha256)["about"]["data"])


def training_digest(place: str, sha256: str, *, blobs: BlobStore) -> str:
    """Of the manifest in the folder of training rows, by which a job knows them."""
    return str(read_manifest(blobs, place, sha256)["files"][f"{TRAINING}/{MANIFEST}"]["sha256"])


def _about(dataset: Dataset) -> dict[str, Any]:
    return {
        "source": dataset.source.value,
        "protocol": dataset.protocol.value,
        "seed": dataset.seed,
        "sha256": dataset.sha256,
        "tables": [asdict(table) for table in dataset.tables],
        "cut": {"by": dataset.cut.by, "at": dataset.cut.at} if dataset.cut else None,
        "composition": dict(dataset.composition),
        "data": dataset.as_json(),
    }


def _side(side: str, part: Part) -> dict[str, bytes]:
    """The rows in a folder with a manifest of their own; the encounters beside it, because no training job needs them."""
    rows = files_of(FrozenRows(part.matrix, part.readmitted, part.patients))
    table = io.BytesIO()
    part.table.write_parquet(table, compression="zstd", statistics=False)
    return {
        **{f"{side}/{name}": data for name, data in rows.items()},
        f"{side}/{MANIFEST}": manifest_bytes(rows),
        f"{side}.parquet": table.getvalue(),
    }


def _part(side: str, files: dict[str, bytes]) -> Part:
    own = {name.removeprefix(f"{side}/"): data for name, data in files.items() if name.startswith(f"{side}/")}
    rows = rows_from(own, where=side)
    return Part(rows.matrix, rows.readmitted, rows.patients, pl.read_parquet(io.BytesIO(files[f"{side}.parquet"])))
