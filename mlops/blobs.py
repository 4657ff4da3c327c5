"""Where the files of training are kept: data frozen for a run, what runs leave, and source for machines elsewhere.

A folder, an s3:// address, or memory; the same promises are tested on all three. Paths are relative, with `/` between names.
"""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Protocol

from django.conf import settings

from mlops.errors import BlobMissingError


class BlobStore(Protocol):
    """Bytes by path. A reader sees a whole file or none."""

    def put(self, path: str, data: bytes) -> None:
        """Keep `data` at `path`, in place of what was there."""
        ...

    def get(self, path: str) -> bytes:
        """What was put; BlobMissingError where nothing was."""
        ...

    def exists(self, path: str) -> bool:
        """Whether something was put at exactly this path."""
        ...

    def list(self, prefix: str = "") -> list[str]:
        """All paths under a folder, in alphabetical order."""
        ...

    def address(self, path: str) -> str:
        """What names it outside of this process."""
        ...


class FolderBlobs:
    """Files under a folder that nobody else may read: they hold rows of patients."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, path: str, data: bytes) -> None:
        place = self._place(path)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # written beside and renamed, so that no reader ever sees half a file
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix=_PART, delete=False) as part:
            part.write(data)
            part.flush()
            os.fsync(part.fileno())
        Path(part.name).replace(place)

    def get(self, path: str) -> bytes:
        try:
            return self._place(path).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as missing:
            raise BlobMissingError(_missing(path)) from missing

    def exists(self, path: str) -> bool:
        return self._place(path).is_file()

    def list(self, prefix: str = "") -> list[str]:
        top = self._place(prefix) if prefix else self._folder
        files = (path for path in top.rglob("*") if path.is_file() and not path.name.startswith(_PART))
        return sorted(path.relative_to(self._folder).as_posix() for path in files)

    def address(self, path: str) -> str:
        return str(self._place(path))

    def _place(self, path: str) -> Path:
        return self._folder / checked(path)


class MemoryBlobs:
    """For tests, and for a process that does it all by itself."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def put(self, path: str, data: bytes) -> None:
        self._kept[checked(path)] = data

    def get(self, path: str) -> bytes:
        try:
            return self._kept[checked(path)]
        except KeyError as missing:
            raise BlobMissingError(_missing(path)) from missing

    def exists(self, path: str) -> bool:
        return checked(path) in self._kept

    def list(self, prefix: str = "") -> list[str]:
        folder = f"{checked(prefix)}/" if prefix else ""
        return sorted(path for path in self._kept if path.startswith(folder))

    def address(self, path: str) -> str:
        return f"memory:{checked(path)}"


class S3Blobs:
    """Objects of a bucket under a prefix, encrypted by the bucket's rule or with the key of the settings."""

    def __init__(self, address: str) -> None:
        from mlops.aws import Bucket  # noqa: PLC0415  the vendor's library is loaded where it is used

        self._root = address.rstrip("/")
        self._bucket = Bucket(self._root)

    def put(self, path: str, data: bytes) -> None:
        self._bucket.put(checked(path), data)

    def get(self, path: str) -> bytes:
        data = self._bucket.get(checked(path))
        if data is None:
            raise BlobMissingError(_missing(path))
        return data

    def exists(self, path: str) -> bool:
        return self._bucket.exists(checked(path))

    def list(self, prefix: str = "") -> list[str]:
        return sorted(self._bucket.listed(f"{checked(prefix)}/" if prefix else ""))

    def address(self, path: str) -> str:
        return f"{self._root}/{checked(path)}"


def blobs() -> BlobStore:
    """This deployment's."""
    return _store(settings.TRAINING_STORE)


@cache
def _store(address: str) -> BlobStore:
    return S3Blobs(address) if address.startswith("s3://") else FolderBlobs(Path(address))


def checked(path: str) -> str:
    """The path itself, unless it could lead out of the store."""
    parts = path.split("/")
    if not path or any(part in {"", ".", ".."} or "\\" in part or "\0" in part for part in parts):
        msg = f"{PurePosixPath(path).name!r} is no path of a store: it is empty, or leads out of it."
        raise ValueError(msg)
    return path


def _missing(path: str) -> str:
    return f"Nothing is kept at {path}."


_PART = ".part-"
