"""Where the bytes of models are kept, each under its own SHA-256: in a folder, in a bucket, or in memory."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Protocol

from django.conf import settings

from predictions.engines.container import sha256_of
from predictions.errors import ArtefactMissingError


class ArtefactStore(Protocol):
    """Bytes by their SHA-256. What was put once is never changed."""

    def put(self, data: bytes) -> str:
        """Keep `data` and return its SHA-256; keeping the same bytes again changes nothing."""
        ...

    def get(self, sha256: str) -> bytes:
        """The bytes that were put; ArtefactMissingError when they are not there. The caller checks their digest."""
        ...


class FolderStore:
    """A folder with one file a model."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        sha256 = sha256_of(data)
        self._folder.mkdir(parents=True, exist_ok=True)
        # written beside and renamed, so that no reader ever sees half a model
        with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as part:
            part.write(data)
            part.flush()
            os.fsync(part.fileno())
        Path(part.name).replace(self._path(sha256))
        return sha256

    def get(self, sha256: str) -> bytes:
        try:
            return self._path(sha256).read_bytes()
        except OSError as error:
            msg = f"The model's file {sha256[:12]}... cannot be read from the artefact folder."
            raise ArtefactMissingError(msg) from error

    def _path(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.model"


class MemoryStore:
    """For tests, and for a process that trains and scores by itself."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def put(self, data: bytes) -> str:
        sha256 = sha256_of(data)
        self._kept[sha256] = data
        return sha256

    def get(self, sha256: str) -> bytes:
        try:
            return self._kept[sha256]
        except KeyError as error:
            msg = f"No model {sha256[:12]}... is kept in memory."
            raise ArtefactMissingError(msg) from error


def store() -> ArtefactStore:
    """The deployment's own."""
    address = settings.ARTEFACTS
    if address.startswith("s3://"):
        from predictions.artefacts_s3 import S3Store  # noqa: PLC0415  the vendor's library is loaded where it is used

        return S3Store(address)
    return FolderStore(Path(address))
