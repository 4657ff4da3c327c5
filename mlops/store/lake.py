"""Delta tables under one root, a folder or an s3:// address, by delta-rs: no Spark, no JVM.

Every write is one atomic commit, and every version stays readable until the operator runs a vacuum. Two writers at once
lose nothing: the later commit is refused by the table's log, and its work is done again on what the earlier one left.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from django.conf import settings

from mlops.errors import LakeBusyError, LakeTableMissingError, LakeVersionMissingError
from mlops.store.tables import Table

# each round one writer of those at once succeeds, so that many rounds serve as many writers
ROUNDS = 20
HOUSEKEEPING = ("VACUUM START", "VACUUM END", "OPTIMIZE", "SET TBLPROPERTIES", "ANALYZE", "FSCK")
_NOTE, _NOTE_OF_SPARK = "wardlight", "userMetadata"
_FOR_EVER = "interval 36500 days"
_CONFIGURATION: dict[str, str | None] = {
    # without these, the log forgets old versions after 30 days, and a training run could not be repeated
    "delta.logRetentionDuration": _FOR_EVER,
    "delta.deletedFileRetentionDuration": _FOR_EVER,
}


@dataclass(frozen=True)
class Written:
    """What became of the rows; `version` is the table's after it, also where nothing was new."""

    version: int
    inserted: int = 0
    updated: int = 0


class Lake:
    """The tables under `root`. A table comes into being with its first write."""

    def __init__(self, root: str) -> None:
        self.root = root.rstrip("/")

    def address(self, table: Table) -> str:
        return f"{self.root}/{table.name}"

    def merge(self, table: Table, rows: pl.DataFrame, *, note: Mapping[str, Any], even_if_same: bool = False) -> Written:
        """Put in what is new and change what differs.

        Rows that stand there already as they are make no new version, unless the note is to stand there `even_if_same`.
        """
        for _ in range(ROUNDS):
            stored = self._opened(table, like=rows)
            changed = rows.join(_known(stored, table, rows), on=rows.columns, how="anti", nulls_equal=True)
            if changed.is_empty():
                as_it_is = Written(version=self.version(table, asked=stored.version()))
                return self.append(table, changed, note=note) if even_if_same else as_it_is
            try:
                done = _merged(stored, table, changed, note)
            except CommitFailedError:
                continue
            return Written(stored.version(), done["num_target_rows_inserted"], done["num_target_rows_updated"])
        raise LakeBusyError

    def append(self, table: Table, rows: pl.DataFrame, *, note: Mapping[str, Any]) -> Written:
        """Add rows that are known to be new. Appends at once do not disturb each other."""
        for _ in range(ROUNDS):
            stored = self._opened(table, like=rows)
            try:
                write_deltalake(stored, rows, mode="append", schema_mode="merge", commit_properties=_properties(note))
            except CommitFailedError:
                continue
            return Written(stored.version(), inserted=rows.height)
        raise LakeBusyError

    def read(self, table: Table, *, version: int | None = None) -> pl.LazyFrame:
        """The table as it stands, or as it stood."""
        return pl.scan_delta(self.opened(table, version=version))

    def rows(self, table: Table, *, version: int | None = None, where: pl.Expr | None = None) -> pl.DataFrame:
        """The rows of that version in memory; a version whose files a vacuum has taken is refused by name."""
        stored = self.read(table, version=version)
        try:
            return (stored if where is None else stored.filter(where)).collect()
        except (FileNotFoundError, pl.exceptions.ComputeError) as gone:
            which = f"version {version} of the table {table.name}"
            msg = f"The files of {which} cannot be read: a vacuum has taken them, or part of them."
            raise LakeVersionMissingError(msg) from gone

    def version(self, table: Table, *, asked: int | None = None) -> int:
        """The newest version in which a row was written, up to the one asked for: housekeeping makes versions too."""
        last = self.opened(table, version=asked).version()
        written = (commit["version"] for commit in self.opened(table).history() if commit["operation"] not in HOUSEKEEPING)
        return max((version for version in written if version <= last), default=last)

    def holds(self, table: Table) -> bool:
        return DeltaTable.is_deltatable(self.address(table))

    def notes(self, table: Table) -> list[dict[str, Any]]:
        """What the writers noted with their commits, newest first, each with its `version`."""
        return [{**_noted(commit), "version": commit["version"]} for commit in self.opened(table).history()]

    def opened(self, table: Table, *, version: int | None = None) -> DeltaTable:
        if not self.holds(table):
            msg = f"The lake at {self.root} holds no table {table.name} yet."
            raise LakeTableMissingError(msg)
        try:
            return DeltaTable(self.address(table), version=version)
        except DeltaError as missing:
            msg = f"The table {table.name} has no version {version}."
            raise LakeVersionMissingError(msg) from missing

    def _opened(self, table: Table, *, like: pl.DataFrame) -> DeltaTable:
        try:
            return DeltaTable(self.address(table))
        except TableNotFoundError:
            return self._made(table, like=like)

    def _made(self, table: Table, *, like: pl.DataFrame) -> DeltaTable:
        try:
            write_deltalake(
                self.address(table), like.clear(), mode="ignore", partition_by=list(table.partitions),
                configuration=_CONFIGURATION,
            )  # fmt: skip
        except DeltaError:
            # another writer made it in the meantime; if not, opening it below says what is wrong
            if not self.holds(table):
                raise
        return DeltaTable(self.address(table))


def lake() -> Lake:
    """The lake of this deployment."""
    return Lake(settings.LAKE)


def _known(stored: DeltaTable, table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    """What the table says of these rows, in their columns; a column that it does not have yet is empty."""
    scan = pl.scan_delta(stored)
    for partition in table.partitions:
        scan = scan.filter(pl.col(partition).is_in(rows[partition].unique().implode()))
    there = set(scan.collect_schema().names())
    columns = [pl.col(name) if name in there else pl.lit(None, dtype=kind).alias(name) for name, kind in rows.schema.items()]
    return scan.join(rows.lazy().select(table.keys), on=table.keys, how="semi").select(columns).collect()


def _merged(stored: DeltaTable, table: Table, rows: pl.DataFrame, note: Mapping[str, Any]) -> dict[str, Any]:
    same = " AND ".join(f"stored.{key} = new.{key}" for key in table.keys)
    merger = stored.merge(
        rows, same, source_alias="new", target_alias="stored", merge_schema=True, streamed_exec=False,
        commit_properties=_properties(note),
    )  # fmt: skip
    return dict(merger.when_matched_update_all().when_not_matched_insert_all().execute())


def _noted(commit: Mapping[str, Any]) -> dict[str, Any]:
    """delta-rs keeps a note under a name of ours, Spark under one of its own; a vacuum or compaction has none."""
    noted = commit.get(_NOTE) or commit.get(_NOTE_OF_SPARK)
    return dict(json.loads(noted)) if noted else {}


def _properties(note: Mapping[str, Any]) -> CommitProperties:
    return CommitProperties(custom_metadata={_NOTE: json.dumps(dict(note), sort_keys=True)})
