"""What a container left: the two files of a model.tar.gz that are wanted, read in memory and never unpacked to a disk.

A name that leads elsewhere, a link or a device is therefore no danger; more bytes than a model has are refused as they come.
"""

from __future__ import annotations

import io
import tarfile
import zlib

from mlops.backends.base import MOST_BYTES_OF_MODEL, MOST_BYTES_OF_REPORT
from mlops.entrypoint import MODEL, REPORT
from mlops.errors import TrainedArtefactRefusedError

_WANTED = {MODEL: MOST_BYTES_OF_MODEL, REPORT: MOST_BYTES_OF_REPORT}
_MOST_ENTRIES = 64
MOST_BYTES = MOST_BYTES_OF_MODEL + MOST_BYTES_OF_REPORT


def model_and_report(data: bytes) -> tuple[bytes, bytes]:
    """The model's file and its report; TrainedArtefactRefusedError where the archive is not whole."""
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r|gz") as tar:
            for number, entry in enumerate(tar):
                _refuse_many(number)
                name = entry.name.removeprefix("./")
                if name in _WANTED and name not in found:
                    found[name] = _read(tar, entry, name)
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        msg = "What the training job left is half an archive: its upload did not end, or was changed."
        raise TrainedArtefactRefusedError(msg) from error
    if lacking := _WANTED.keys() - found.keys():
        msg = f"What the training job left holds no {' and no '.join(sorted(lacking))}."
        raise TrainedArtefactRefusedError(msg)
    return found[MODEL], found[REPORT]


def _refuse_many(number: int) -> None:
    if number >= _MOST_ENTRIES:
        msg = "What the training job left has more files than a training leaves."
        raise TrainedArtefactRefusedError(msg)


def _read(tar: tarfile.TarFile, entry: tarfile.TarInfo, name: str) -> bytes:
    if not entry.isreg() or entry.size > _WANTED[name]:
        msg = f"What the training job left as {name} is no file of a possible size."
        raise TrainedArtefactRefusedError(msg)
    file = tar.extractfile(entry)
    data = file.read() if file else b""
    if len(data) != entry.size:
        msg = f"What the training job left as {name} ends before its length."
        raise TrainedArtefactRefusedError(msg)
    return data
