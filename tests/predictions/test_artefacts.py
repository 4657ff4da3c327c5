from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from predictions.artefacts import ArtefactStore, FolderStore, MemoryStore
from predictions.engines.artefact import sha256_of
from predictions.errors import ArtefactMissingError

STORES: dict[str, Callable[[Path], ArtefactStore]] = {
    "folder": lambda folder: FolderStore(folder / "not" / "there" / "yet"),
    "memory": lambda _folder: MemoryStore(),
}


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ArtefactStore:
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


def test_a_folder_holds_whole_files_and_nothing_else(tmp_path: Path) -> None:
    sha256 = FolderStore(tmp_path).put(b"trees")
    assert [path.name for path in tmp_path.iterdir()] == [f"{sha256}.model"]
