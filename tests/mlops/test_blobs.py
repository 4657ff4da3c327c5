from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from mlops.blobs import BlobStore, FolderBlobs, MemoryBlobs, S3Blobs
from mlops.errors import BlobMissingError, CloudError
from tests.aws import BUCKET, cloud, moto_server, started

__all__ = ["cloud", "moto_server"]
STORES: dict[str, Callable[[Path], BlobStore]] = {
    "folder": lambda folder: FolderBlobs(folder / "not" / "there" / "yet"),
    "memory": lambda _folder: MemoryBlobs(),
    "s3": lambda _folder: S3Blobs(f"s3://{BUCKET}/some/prefix"),
    "s3 without a prefix": lambda _folder: S3Blobs(f"s3://{BUCKET}"),
}


@pytest.fixture(params=STORES)
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    if request.param.startswith("s3"):
        request.getfixturevalue("cloud")
    return STORES[request.param](tmp_path)


def test_bytes_come_back_from_where_they_were_put(blobs: BlobStore) -> None:
    blobs.put("runs/1/matrix.npy", b"\x00\xff")
    blobs.put("runs/1/empty", b"")
    assert blobs.get("runs/1/matrix.npy") == b"\x00\xff"
    assert blobs.get("runs/1/empty") == b""


def test_the_later_bytes_take_the_place_of_the_earlier(blobs: BlobStore) -> None:
    blobs.put("one", b"first")
    blobs.put("one", b"second")
    assert blobs.get("one") == b"second"
    assert blobs.list() == ["one"]


def test_what_was_never_put_is_missing_by_name(blobs: BlobStore) -> None:
    blobs.put("runs/1/matrix.npy", b"x")
    for path in ("never", "runs/1", "runs/1/matrix"):
        assert not blobs.exists(path)
        with pytest.raises(BlobMissingError, match=path):
            blobs.get(path)


def test_a_folder_lists_what_is_in_it_and_nothing_beside(blobs: BlobStore) -> None:
    for path in ("runs/1/b", "runs/1/a/c", "runs/10/x", "other"):
        blobs.put(path, b"x")
    assert blobs.list("runs/1") == ["runs/1/a/c", "runs/1/b"]
    assert blobs.list("nowhere") == []
    assert blobs.list() == ["other", "runs/1/a/c", "runs/1/b", "runs/10/x"]


@pytest.mark.parametrize("path", ["", "../out", "/etc/passwd", "runs/../../out", "a//b", "a/./b", "nul\0"])
def test_no_path_leads_out(blobs: BlobStore, path: str) -> None:
    for verb in (blobs.get, blobs.exists, lambda path: blobs.put(path, b"x")):
        with pytest.raises(ValueError, match="leads out"):
            verb(path)


def test_nobody_else_on_the_machine_may_read_the_folder(tmp_path: Path) -> None:
    FolderBlobs(tmp_path / "store").put("runs/1/matrix.npy", b"x")
    assert (tmp_path / "store" / "runs" / "1" / "matrix.npy").stat().st_mode & 0o077 == 0


def test_a_bucket_that_is_not_there_or_does_not_answer_is_told_with_a_reason(cloud: str, settings: Settings) -> None:
    with pytest.raises(CloudError, match="NoSuchBucket") as refused:
        S3Blobs("s3://another-bucket/x").put("a", b"x")
    assert refused.value.permanent
    server, settings.AWS_ENDPOINT = started()
    server.stop()
    with pytest.raises(CloudError, match="not reached") as away:
        S3Blobs(f"s3://{BUCKET}").get("a")
    assert not away.value.permanent
