"""Where the bytes of models are kept, each under its own SHA-256: in a folder, in a bucket, or in memory."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Protocol

from django.conf import settings

from predictions.engines.container import sha256_of
from predictions.errors import ArtefactMissingError, ArtefactTooLargeError

MOST_BYTES = 256 * 1024 * 1024  # models have some megabytes; what is read, is read into the memory of processes that score


class ArtefactStore(Protocol):
    """Bytes by their SHA-256. What was put once is never changed. What is too large for a model is neither kept nor read."""

    def put(self, data: bytes) -> str:
        """Keep `data` and return its SHA-256; keeping the same bytes again changes nothing."""
        ...

    def get(self, sha256: str) -> bytes:
        """The bytes that were put; ArtefactMissingError when they are not there. The caller checks their digest."""
        ...


class FolderStore:
    """A folder with one file a model."""

    def __init__(self, folder: Path, *, most_bytes: int = MOST_BYTES) -> None:
        self._folder, self._most_bytes = folder, most_bytes

    def put(self, data: bytes) -> str:
        sha256 = sha256_of(data)
        refuse_too_large(sha256, len(data), most_bytes=self._most_bytes)
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
            with self._path(sha256).open("rb") as file:
                refuse_too_large(sha256, os.fstat(file.fileno()).st_size, most_bytes=self._most_bytes)
                return file.read()
        except OSError as error:
            msg = f"The model's file {sha256[:12]}... cannot be read from the artefact folder."
            raise ArtefactMissingError(msg) from error

    def _path(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.model"


class MemoryStore:
    """For tests, and for a process that trains and scores by itself."""

    def __init__(self, *, most_bytes: int = MOST_BYTES) -> None:
        self._kept: dict[str, bytes] = {}
        self._most_bytes = most_bytes

    def put(self, data: bytes) -> str:
        sha256 = sha256_of(data)
        refuse_too_large(sha256, len(data), most_bytes=self._most_bytes)
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


def refuse_too_large(sha256: str, size: int, *, most_bytes: int) -> None:
    """ArtefactTooLargeError where a file of this size is no model; asked before it is read."""
    if size > most_bytes:
        msg = f"The model's file {sha256[:12]}... has {size:,} bytes, more than the {most_bytes:,} that are read of any model."
        raise ArtefactTooLargeError(msg)
