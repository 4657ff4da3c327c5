"""The rows that a training job learns from, as files of their own: what a machine elsewhere is sent, and all that it needs.

Three arrays and a manifest with the SHA-256 of each. Reading them takes neither a database nor Django's models, and nothing
in them is ever executed: NumPy's own format with pickling off.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mlops.blobs import BlobStore
from mlops.errors import BlobMissingError, FrozenDataRefusedError

MANIFEST = "manifest.json"
MATRIX, READMITTED, PATIENTS = "matrix.npy", "readmitted.npy", "patients.npy"
_KINDS = {MATRIX: "<f8", READMITTED: "|b1", PATIENTS: "<i8"}
_MOST_BYTES_OF_MANIFEST = 1_000_000


@dataclass(frozen=True)
class FrozenRows:
    """As `mlops.datasets.Part`, without the encounters themselves."""

    matrix: npt.NDArray[np.float64]
    readmitted: npt.NDArray[np.bool_]
    patients: npt.NDArray[np.int64]


def files_of(rows: FrozenRows) -> dict[str, bytes]:
    """The arrays' files by name."""
    arrays = {MATRIX: rows.matrix, READMITTED: rows.readmitted, PATIENTS: rows.patients}
    return {name: array_bytes(array) for name, array in arrays.items()}


def rows_from(files: Mapping[str, bytes], *, where: str) -> FrozenRows:
    """Back from files that were checked; arrays of another kind or of different lengths are refused."""
    arrays = {name: array_from(files[name], name=f"{where}/{name}", kind=kind) for name, kind in _KINDS.items()}
    matrix, readmitted, patients = (arrays[name] for name in (MATRIX, READMITTED, PATIENTS))
    if matrix.ndim != 2 or not len(matrix) == len(readmitted) == len(patients):  # noqa: PLR2004  rows and columns
        msg = f"The frozen rows of {where} do not fit together."
        raise FrozenDataRefusedError(msg)
    return FrozenRows(matrix, readmitted, patients)


def manifest_bytes(files: Mapping[str, bytes], **about: Any) -> bytes:
    """What `files` are, and whatever else is to be known of them, in one spelling."""
    listed = {name: {"sha256": sha256_of(data), "bytes": len(data)} for name, data in sorted(files.items())}
    return json.dumps({"files": listed, **about}, indent=1, sort_keys=True).encode()


def read_manifest(blobs: BlobStore, place: str, sha256: str) -> dict[str, Any]:
    """The manifest at `place`, if it is the one with this digest."""
    path = f"{place}/{MANIFEST}" if place else MANIFEST
    data = _got(blobs, path)
    if sha256_of(data) != sha256 or len(data) > _MOST_BYTES_OF_MANIFEST:
        msg = f"The frozen data are not what was frozen: {path} has another SHA-256."
        raise FrozenDataRefusedError(msg)
    return dict(json.loads(data))


def read_files(blobs: BlobStore, place: str, manifest: Mapping[str, Any]) -> dict[str, bytes]:
    """Every file of the manifest, each with its digest checked."""
    return {name: _checked(blobs, f"{place}/{name}" if place else name, told) for name, told in manifest["files"].items()}


def array_bytes(array: npt.NDArray[Any]) -> bytes:
    file = io.BytesIO()
    np.save(file, np.ascontiguousarray(array), allow_pickle=False)
    return file.getvalue()


def array_from(data: bytes, *, name: str, kind: str) -> npt.NDArray[Any]:
    try:
        array: npt.NDArray[Any] = np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        msg = f"{name} is no array."
        raise FrozenDataRefusedError(msg) from error
    if array.dtype.str != kind:
        msg = f"{name} holds {array.dtype}, not {np.dtype(kind)}."
        raise FrozenDataRefusedError(msg)
    return array


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _checked(blobs: BlobStore, path: str, told: Mapping[str, Any]) -> bytes:
    data = _got(blobs, path)
    if sha256_of(data) != told["sha256"]:
        msg = f"The frozen data are not what was frozen: {path} has another SHA-256."
        raise FrozenDataRefusedError(msg)
    return data


def _got(blobs: BlobStore, path: str) -> bytes:
    try:
        return blobs.get(path)
    except BlobMissingError as missing:
        msg = f"The frozen data are not what was frozen: {path} is missing."
        raise FrozenDataRefusedError(msg) from missing
