"""Fetching the data set: only the published bytes are kept."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from clinical.diabetes130 import download
from clinical.diabetes130.reader import read_table
from clinical.errors import DownloadFailedError
from tests.clinical.data_set_files import zip_file


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[str]:
    """A file server on this machine, standing in for the archive."""
    folder = tmp_path / "served"
    folder.mkdir()
    zip_file(folder)
    handler = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_the_right_file_is_kept(archive: str, tmp_path: Path) -> None:
    digest = read_table(tmp_path / "served" / "diabetes130.zip").sha256
    kept = download.download_dataset(tmp_path / "new" / "data.zip", address=f"{archive}/diabetes130.zip", sha256=digest)
    assert read_table(kept).rows_read == 3


def test_another_file_is_thrown_away(archive: str, tmp_path: Path) -> None:
    with pytest.raises(DownloadFailedError, match="not the published data set"):
        download.download_dataset(tmp_path / "new" / "data.zip", address=f"{archive}/diabetes130.zip")
    assert list((tmp_path / "new").iterdir()) == []


def test_a_file_that_is_too_large_is_not_read_to_its_end(archive: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "LARGEST_BYTES", 10)
    with pytest.raises(DownloadFailedError, match="more than 10 bytes"):
        download.download_dataset(tmp_path / "new" / "data.zip", address=f"{archive}/diabetes130.zip")
    assert list((tmp_path / "new").iterdir()) == []


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/x.zip", "not an address"])
def test_a_machine_that_cannot_reach_it_is_told_so(tmp_path: Path, address: str) -> None:
    with pytest.raises(DownloadFailedError, match="offline"):
        download.download_dataset(tmp_path / "data.zip", address=address)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        pass
