"""What models learn from: encounters with a known outcome, from the data set's file or from the hospital's own database,
split into rows to learn from and rows to be judged on, by scikit-learn's splitters over the rows in their source's order.

Protocol C: stays that ended in death or hospice care are left out; one fifth of the patients is held out, so that nobody
is on both sides. Protocol S, as most published work has it: all stays, one fifth of the rows held out at the same rate
of readmission; most patients with several stays are then on both sides.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from django.db import connection
from sklearn.model_selection import GroupShuffleSplit, train_test_split

from clinical.access import scope_of_the_system
from clinical.code_lists import DISPOSITIONS_WITHOUT_RETURN
from clinical.diabetes130.reader import read_frame
from clinical.history import histories
from clinical.models.outcome import Readmission
from mlops.errors import TooFewOutcomesError
from mlops.store import reading
from mlops.store.lake import Lake
from predictions.features import build
from predictions.features.building import Matrix

HELD_OUT_SHARE = 0.2
FEWEST_READMISSIONS = 100
_READMITTED = "readmitted"


class Source(StrEnum):
    """Where the encounters come from."""

    DATABASE = "database"
    FILE = "file"
    LAKE = "lake"


class Protocol(StrEnum):
    """How rows are chosen and split; see the module."""

    BY_PATIENT = "C"
    BY_ROW = "S"


@dataclass(frozen=True)
class Part:
    """The rows of one side of a split; `table` holds the encounters that the rows of `matrix` were made from, in its order."""

    matrix: Matrix
    readmitted: npt.NDArray[np.bool_]
    patients: npt.NDArray[np.int64]
    table: pl.DataFrame

    @property
    def patients_count(self) -> int:
        return len(np.unique(self.patients))

    def of(self, rows: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Part:
        """Some of the rows."""
        table = self.table.filter(rows) if rows.dtype == np.bool_ else self.table[rows]
        return Part(self.matrix[rows], self.readmitted[rows], self.patients[rows], table)


@dataclass(frozen=True)
class Dataset:
    """Training and held-out rows, and where they came from."""

    source: Source
    protocol: Protocol
    seed: int
    sha256: str
    training: Part
    held_out: Part
    tables: tuple[reading.TableRead, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source.value,
            "protocol": self.protocol.value,
            "seed": self.seed,
            "sha256": self.sha256,
            **({"tables": [table.as_json() for table in self.tables]} if self.tables else {}),
            **{
                side: {
                    "encounters": len(part.readmitted), "patients": part.patients_count,
                    "readmitted": int(part.readmitted.sum()),
                }
                for side, part in (("training", self.training), ("held_out", self.held_out))
            },
        }  # fmt: skip


def from_file(path: Path, *, protocol: Protocol = Protocol.BY_PATIENT, seed: int) -> Dataset:
    """The data set's own file."""
    table = read_frame(path)
    labelled = table.with_columns((pl.col("readmission") == Readmission.WITHIN_30_DAYS).alias(_READMITTED)).drop("readmission")
    return _split(labelled, source=Source.FILE, protocol=protocol, seed=seed)


def from_database(*, as_of: datetime, protocol: Protocol = Protocol.BY_PATIENT, seed: int) -> Dataset:
    """The encounters whose outcome is matured at `as_of`: what a hospital has."""
    with scope_of_the_system(), connection.cursor() as cursor:
        cursor.execute(_MATURED, [Readmission.WITHIN_30_DAYS.value, as_of])
        rows = cursor.fetchall()
        outcomes = pl.DataFrame(rows, schema={"encounter_id": pl.Int64, _READMITTED: pl.Boolean}, orient="row")
        table = histories(outcomes["encounter_id"].to_list(), as_of=as_of)
    # the source's order, so that the split is that of the file wherever the database was loaded from it
    labelled = outcomes.join(table, on="encounter_id", maintain_order="left")
    return _split(labelled, source=Source.DATABASE, protocol=protocol, seed=seed)


def from_lake(lake: Lake, *, raw_version: int | None = None, protocol: Protocol = Protocol.BY_PATIENT, seed: int) -> Dataset:
    """The feature store, as it stands or as it stood at a version of its raw table."""
    stored = reading.labelled(lake, raw_version=raw_version)
    dataset = _split(stored.encounters, source=Source.LAKE, protocol=protocol, seed=seed, matrix=stored.matrix)
    return replace(dataset, tables=stored.read)


def _split(labelled: pl.DataFrame, *, source: Source, protocol: Protocol, seed: int, matrix: Matrix | None = None) -> Dataset:
    """`matrix` is what has been built of the rows already."""
    if protocol is Protocol.BY_PATIENT:
        can_return = ~labelled["discharge_disposition"].is_in(list(DISPOSITIONS_WITHOUT_RETURN))
        labelled, matrix = labelled.filter(can_return), None if matrix is None else matrix[can_return.to_numpy()]
    table, readmitted = labelled.drop(_READMITTED), labelled[_READMITTED].to_numpy()
    if readmitted.sum() < FEWEST_READMISSIONS:
        raise TooFewOutcomesError
    matrix, patients = build(table) if matrix is None else matrix, table["patient_id"].to_numpy()
    whole = Part(matrix, readmitted, patients, table)
    training, held_out = (whole.of(rows) for rows in _sides(readmitted, patients, protocol=protocol, seed=seed))
    digest = _digest(matrix, readmitted)
    return Dataset(source=source, protocol=protocol, seed=seed, sha256=digest, training=training, held_out=held_out)


def _sides(
    readmitted: npt.NDArray[np.bool_], patients: npt.NDArray[np.int64], *, protocol: Protocol, seed: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The numbers of the rows to learn from, and of those to be judged on."""
    rows = np.arange(len(readmitted))
    if protocol is Protocol.BY_ROW:
        learn, judge = train_test_split(rows, test_size=HELD_OUT_SHARE, random_state=seed, stratify=readmitted)
    else:
        splitter = GroupShuffleSplit(1, test_size=HELD_OUT_SHARE, random_state=seed)
        learn, judge = next(splitter.split(rows, groups=patients))
    return learn, judge


def _digest(matrix: Matrix, readmitted: npt.NDArray[np.bool_]) -> str:
    """Of what the model sees; two runs with the same digest learned from the same numbers in the same order."""
    digest = hashlib.sha256(np.where(np.isnan(matrix), np.nan, matrix).astype("<f8").tobytes())
    digest.update(readmitted.tobytes())
    return digest.hexdigest()


_MATURED = """
SELECT e.id, o.readmission = %s
FROM clinical_encounter e JOIN clinical_outcome o ON o.encounter_id = e.id
WHERE o.readmission <> '' AND o.matures_at <= %s
ORDER BY e.provenance, e.source_order, e.id
"""
