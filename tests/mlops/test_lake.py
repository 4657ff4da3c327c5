from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest

from mlops.errors import LakeTableMissingError, LakeVersionMissingError
from mlops.store.lake import Lake
from mlops.store.tables import FEATURES, RAW, Table

SCORES = Table("scores", keys=("name",))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def rows(**values: float) -> pl.DataFrame:
    return pl.DataFrame({"name": list(values), "value": list(values.values())}, schema={"name": pl.String, "value": pl.Float64})


def stored(lake: Lake, *, version: int | None = None) -> dict[str, float]:
    return dict(lake.read(SCORES, version=version).collect().sort("name").select("name", "value").iter_rows())


def test_a_merge_puts_in_what_is_new_and_changes_what_differs(lake: Lake) -> None:
    lake.merge(SCORES, rows(a=1, b=2), note={})
    written = lake.merge(SCORES, rows(b=3, c=4), note={})
    assert (written.inserted, written.updated) == (1, 1)
    assert stored(lake) == {"a": 1, "b": 3, "c": 4}


def test_the_same_rows_again_make_no_new_version(lake: Lake) -> None:
    first = lake.merge(SCORES, rows(a=1, b=2), note={})
    again = lake.merge(SCORES, rows(b=2, a=1), note={})
    assert (again.version, again.inserted, again.updated) == (first.version, 0, 0)


def test_a_table_is_read_as_it_once_was(lake: Lake) -> None:
    first = lake.merge(SCORES, rows(a=1), note={})
    lake.merge(SCORES, rows(a=9), note={})
    lake.append(SCORES, rows(z=26), note={})
    assert stored(lake, version=first.version) == {"a": 1}
    assert stored(lake) == {"a": 9, "z": 26}


def test_a_version_or_table_that_is_not_there_is_named(lake: Lake) -> None:
    with pytest.raises(LakeTableMissingError, match="holds no table raw yet"):
        lake.read(RAW)
    lake.merge(SCORES, rows(a=1), note={})
    with pytest.raises(LakeVersionMissingError, match="scores has no version 99"):
        lake.read(SCORES, version=99)


def test_writers_at_once_lose_no_row(lake: Lake) -> None:
    def write(writer: int) -> None:
        for turn in range(3):
            lake.merge(SCORES, rows(**{f"writer {writer} turn {turn}": turn, "of all": writer}), note={"by": writer})

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(4)))
    assert len(stored(lake)) == 4 * 3 + 1
    assert len(lake.read(SCORES).collect()) == 4 * 3 + 1


def test_appends_at_once_lose_no_row(lake: Lake) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda writer: lake.append(SCORES, rows(**{str(writer): writer}), note={}), range(8)))
    assert len(stored(lake)) == 8


def test_another_definitions_features_lie_in_a_partition_of_their_own(lake: Lake) -> None:
    for schema_hash, feature in (("old", "age"), ("new", "height")):
        made = pl.DataFrame({"encounter_id": [1, 2], "schema_hash": [schema_hash] * 2, feature: [1.0, None]})
        lake.merge(FEATURES, made, note={"schema_hash": schema_hash})
    both = lake.read(FEATURES).collect()
    assert both.filter(schema_hash="old")["height"].null_count() == 2
    assert sorted(path.name for path in Path(lake.address(FEATURES)).glob("schema_hash=*")) == [
        "schema_hash=new",
        "schema_hash=old",
    ]


def test_what_a_writer_noted_is_read_back_newest_first(lake: Lake) -> None:
    lake.merge(SCORES, rows(a=1), note={"made from": "x"})
    lake.append(SCORES, rows(a=1).clear(), note={"made from": "y"})
    assert [note["made from"] for note in lake.notes(SCORES) if "made from" in note] == ["y", "x"]


def test_housekeeping_is_no_new_version_to_learn_from(lake: Lake) -> None:
    lake.append(SCORES, rows(a=1), note={})
    written = lake.append(SCORES, rows(b=2), note={})
    lake.opened(SCORES).optimize.compact()
    lake.opened(SCORES).vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
    assert lake.merge(SCORES, rows(a=1, b=2), note={}).version == written.version
    assert lake.opened(SCORES).version() > written.version
    assert lake.version(SCORES) == lake.version(SCORES, asked=lake.opened(SCORES).version()) == written.version
