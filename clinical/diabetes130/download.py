"""Fetching the data set from the UCI archive, for who has neither the file nor wants a synthetic cohort.

What arrives is capped in size and time, and kept only when its table is byte for byte the published one.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import BinaryIO

from clinical.diabetes130.source import PUBLISHED_SHA256, open_source
from clinical.errors import DownloadFailedError, SourceRefusedError

ADDRESS = "https://archive.ics.uci.edu/static/public/296/diabetes+130-us+hospitals+for+years+1999-2008.zip"
LARGEST_BYTES = 32 * 1024 * 1024
SECONDS_WITHOUT_ANSWER = 10
SECONDS_IN_ALL = 120
_CHUNK = 1 << 16


def download_dataset(to: Path, *, address: str = ADDRESS, sha256: str = PUBLISHED_SHA256) -> Path:
    """Fetch the zip to `to`; nothing is left there unless it is the data set."""
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=to.parent) as folder:
        arrived = Path(folder) / "arrived.zip"
        try:
            request = urllib.request.Request(address)  # noqa: S310  our own address
            with urllib.request.urlopen(request, timeout=SECONDS_WITHOUT_ANSWER) as answer, arrived.open("wb") as file:  # noqa: S310
                _copy(answer, file)
        except (urllib.error.URLError, OSError, ValueError) as failed:
            reason = getattr(failed, "reason", None) or failed
            msg = f"The data set could not be fetched from {address}: {reason}. Is this machine offline?"
            raise DownloadFailedError(msg) from failed
        _check(arrived, sha256)
        shutil.move(arrived, to)
    return to


def _copy(answer: BinaryIO, file: BinaryIO) -> None:
    deadline, size = time.monotonic() + SECONDS_IN_ALL, 0
    while chunk := answer.read(_CHUNK):
        size += len(chunk)
        if size > LARGEST_BYTES:
            msg = f"more than {LARGEST_BYTES:,} bytes were sent"
            raise OSError(msg)
        if time.monotonic() > deadline:
            msg = f"it was not complete after {SECONDS_IN_ALL} s"
            raise OSError(msg)
        file.write(chunk)


def _check(arrived: Path, sha256: str) -> None:
    found = ""
    with contextlib.suppress(SourceRefusedError), open_source(arrived) as source:
        while source.text.read(_CHUNK):
            pass
        found = source.sha256
    if found != sha256:
        msg = "What was fetched is not the published data set; it was thrown away."
        raise DownloadFailedError(msg)
