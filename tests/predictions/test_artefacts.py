from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings

from predictions import artefacts
from predictions.artefacts import ArtefactStore, FolderStore, MemoryStore
from predictions.artefacts_s3 import S3Store
from predictions.engines.artefact import sha256_of
from predictions.errors import ArtefactMissingError, ArtefactTooLargeError
from tests.aws import BUCKET, cloud, moto_server, started

__all__ = ["cloud", "moto_server"]

STORES: dict[str, Callable[[Path], ArtefactStore]] = {
    "folder": lambda folder: FolderStore(folder / "not" / "there" / "yet"),
    "memory": lambda _folder: MemoryStore(),
    "s3": lambda _folder: S3Store(f"s3://{BUCKET}/models"),
}


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ArtefactStore:
    if request.param == "s3":
        request.getfixturevalue("cloud")
    return STORES[request.param](tmp_path)


def test_bytes_come_back_under_their_digest(store: ArtefactStore) -> None:
    assert store.get(store.put(b"trees")) == b"trees"
    assert store.put(b"trees") == sha256_of(b"trees")


def test_keeping_the_same_bytes_again_changes_nothing(store: ArtefactStore) -> None:
    assert store.put(b"trees") == store.put(b"trees")
    assert store.get(sha256_of(b"trees")) == b"trees"


def test_what_was_never_kept_is_missing_by_name(store: ArtefactStore) -> None:
    with pytest.raises(ArtefactMissingError):
        store.get(sha256_of(b"never"))


FIVE_BYTES: dict[str, Callable[[Path], tuple[ArtefactStore, ArtefactStore]]] = {
    "folder": lambda folder: (FolderStore(folder), FolderStore(folder, most_bytes=5)),
    "s3": lambda _folder: (S3Store(f"s3://{BUCKET}/models"), S3Store(f"s3://{BUCKET}/models", most_bytes=5)),
}


@pytest.mark.parametrize("kind", FIVE_BYTES)
def test_what_is_larger_than_any_model_is_neither_read_nor_kept(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if kind == "s3":
        request.getfixturevalue("cloud")
    before, store = FIVE_BYTES[kind](tmp_path)
    assert store.get(before.put(b"trees")) == b"trees"
    with pytest.raises(ArtefactTooLargeError, match="has 6 bytes, more than the 5"):
        store.get(before.put(b"forest"))
    with pytest.raises(ArtefactTooLargeError):
        store.put(b"larger")
    with pytest.raises(ArtefactMissingError):
        before.get(sha256_of(b"larger"))


def test_a_file_of_a_thousand_gigabytes_takes_no_memory(tmp_path: Path) -> None:
    sha256 = sha256_of(b"trees")
    with (tmp_path / f"{sha256}.model").open("wb") as sparse:
        sparse.truncate(1024**4)
    with pytest.raises(ArtefactTooLargeError):
        FolderStore(tmp_path).get(sha256)


def test_a_folder_holds_whole_files_and_nothing_else(tmp_path: Path) -> None:
    sha256 = FolderStore(tmp_path).put(b"trees")
    assert [path.name for path in tmp_path.iterdir()] == [f"{sha256}.model"]


def test_the_setting_names_a_folder_or_a_bucket(cloud: str, settings: LazySettings, tmp_path: Path) -> None:
    settings.ARTEFACTS = f"s3://{BUCKET}/models"
    sha256 = artefacts.store().put(b"trees")
    assert S3Store(f"s3://{BUCKET}/models").get(sha256) == b"trees"
    settings.ARTEFACTS = str(tmp_path)
    with pytest.raises(ArtefactMissingError):
        artefacts.store().get(sha256)


def test_a_bucket_that_does_not_answer_is_a_missing_model_with_a_reason(cloud: str, settings: LazySettings) -> None:
    server, settings.AWS_ENDPOINT = started()
    server.stop()
    store = S3Store(f"s3://{BUCKET}/models")
    with pytest.raises(ArtefactMissingError, match="EndpointConnectionError"):
        store.get(sha256_of(b"trees"))
    with pytest.raises(ArtefactMissingError, match="cannot be stored"):
        store.put(b"trees")


def test_a_bucket_keeps_no_empty_model(cloud: str) -> None:
    from predictions import artefacts_s3  # noqa: PLC0415

    sha256 = sha256_of(b"trees")
    artefacts_s3._client().put_object(Bucket=BUCKET, Key=f"models/{sha256}.model", Body=b"")
    with pytest.raises(ArtefactMissingError, match="not whole"):
        S3Store(f"s3://{BUCKET}/models").get(sha256)
