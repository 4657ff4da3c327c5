"""What models learn from: encounters with a known outcome, from the data set's file or from the hospital's own database,
split into rows to learn from and rows to be judged on, by scikit-learn's splitters over the rows in their source's order.

Protocol C: stays that ended in death or hospice care are left out; one fifth of the patients is held out, so that nobody
is on both sides. Protocol S, as most published work has it: all stays, one fifth of the rows held out at the same rate
of readmission; most patients with several stays are then on both sides.

Protocol T, for a hospital's own models: as C, with two differences. Which patients are held out is told by their number and
the seed alone, so that they are the same ones next week, when others have come: otherwise the champion would have learned from
patients that a candidate is compared with it on. And what is learned from had ended before a cut in time, so that some of the
held-out stays are later than all of it. A file has no dates; there the cut is a place in its order, and says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
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
from clinical.diabetes130.loading import provenance_of
from clinical.diabetes130.reader import read_frame
from clinical.encounter_table import TOLD_WHOLE
from clinical.history import histories
from clinical.models.outcome import Readmission
from mlops import composition
from mlops.errors import TooFewOutcomesError
from mlops.store import reading
from mlops.store.lake import Lake
from mlops.store.tables import FROM_A_FILE
from predictions.features import build
from predictions.features.building import Matrix

HELD_OUT_SHARE = 0.2
LEARNED_FROM_SHARE = 0.9  # of all stays in the order of time: the cut of protocol T
FEWEST_READMISSIONS = 100
_READMITTED, _ENDED = "readmitted", "ended_at"


class Source(StrEnum):
    """Where the encounters come from."""

    DATABASE = "database"
    FILE = "file"
    LAKE = "lake"


class Protocol(StrEnum):
    """How rows are chosen and split; see the module."""

    BY_PATIENT = "C"
    BY_ROW = "S"
    BY_PATIENT_AND_TIME = "T"


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
class Cut:
    """Between what is learned from and what is later. `later`: of the held-out rows, those that ended at the cut or after."""

    by: str  # the time of discharge, or the order of the source
    at: str  # ISO 8601, or a number in that order
    later: npt.NDArray[np.bool_]

    def as_json(self) -> dict[str, Any]:
        return {"by": self.by, "at": self.at, "later": int(self.later.sum())}


@dataclass(frozen=True)
class Dataset:
    """Training and held-out rows, and where they came from. `composition`: what all rows of the source were."""

    source: Source
    protocol: Protocol
    seed: int
    sha256: str
    training: Part
    held_out: Part
    tables: tuple[reading.TableRead, ...] = ()
    cut: Cut | None = None
    composition: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source.value,
            "protocol": self.protocol.value,
            "seed": self.seed,
            "sha256": self.sha256,
            **({"tables": [table.as_json() for table in self.tables]} if self.tables else {}),
            **({"cut": self.cut.as_json()} if self.cut else {}),
            **({"composition": dict(self.composition)} if self.composition else {}),
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
    provenance = provenance_of(table).value
    return _split(labelled, source=Source.FILE, protocol=protocol, seed=seed, provenance=provenance)


def from_database(*, as_of: datetime, protocol: Protocol = Protocol.BY_PATIENT, seed: int) -> Dataset:
    """The encounters whose outcome is matured at `as_of`: what a hospital has."""
    with scope_of_the_system(), connection.cursor() as cursor:
        cursor.execute(_MATURED, [Readmission.WITHIN_30_DAYS.value, as_of])
        outcomes = pl.DataFrame(cursor.fetchall(), schema=_OF_MATURED, orient="row")
        table = histories(outcomes["encounter_id"].to_list(), as_of=as_of)
    provenance = ", ".join(outcomes["provenance"].unique().sort())
    # the source's order, so that the split is that of the file wherever the database was loaded from it
    labelled = outcomes.drop("provenance").join(table, on="encounter_id", maintain_order="left")
    return _split(labelled, source=Source.DATABASE, protocol=protocol, seed=seed, provenance=provenance)


def from_lake(lake: Lake, *, raw_version: int | None = None, protocol: Protocol = Protocol.BY_PATIENT, seed: int) -> Dataset:
    """The feature store, as it stands or as it stood at a version of its raw table."""
    stored = reading.labelled(lake, raw_version=raw_version)
    from_a_file = stored.origin == FROM_A_FILE
    dataset = _split(
        stored.encounters.with_columns(stored.ended_at), source=Source.LAKE, protocol=protocol, seed=seed,
        provenance=provenance_of(stored.encounters).value if from_a_file else stored.origin, matrix=stored.matrix,
    )  # fmt: skip
    return replace(dataset, tables=stored.read)


def _split(
    labelled: pl.DataFrame, *, source: Source, protocol: Protocol, seed: int, provenance: str, matrix: Matrix | None = None
) -> Dataset:
    """`matrix` is what has been built of the rows already."""
    leaves_out = protocol is not Protocol.BY_ROW
    made_of = composition.of(labelled, labelled[_READMITTED], leaves_out=leaves_out) | {"provenance": provenance}
    if leaves_out:
        can_return = ~labelled["discharge_disposition"].is_in(list(DISPOSITIONS_WITHOUT_RETURN))
        labelled, matrix = labelled.filter(can_return), None if matrix is None else matrix[can_return.to_numpy()]
    table, readmitted = labelled.drop(_READMITTED, _ENDED, strict=False), labelled[_READMITTED].to_numpy()
    if readmitted.sum() < FEWEST_READMISSIONS:
        raise TooFewOutcomesError
    matrix, patients = build(table) if matrix is None else matrix, table["patient_id"].to_numpy()
    whole = Part(matrix, readmitted, patients, table)
    learn, judge = _sides(readmitted, patients, protocol=protocol, seed=seed)
    cut = None
    if protocol is Protocol.BY_PATIENT_AND_TIME:
        by, at, is_later = _cut(labelled)
        learn, cut = learn[~is_later[learn]], Cut(by, at, is_later[judge])
    return Dataset(
        source=source, protocol=protocol, seed=seed, sha256=_digest(matrix, readmitted), training=whole.of(learn),
        held_out=whole.of(judge), cut=cut, composition=made_of,
    )  # fmt: skip


def _sides(
    readmitted: npt.NDArray[np.bool_], patients: npt.NDArray[np.int64], *, protocol: Protocol, seed: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The numbers of the rows to learn from, and of those to be judged on."""
    rows = np.arange(len(readmitted))
    if protocol is Protocol.BY_ROW:
        learn, judge = train_test_split(rows, test_size=HELD_OUT_SHARE, random_state=seed, stratify=readmitted)
    elif protocol is Protocol.BY_PATIENT_AND_TIME:
        is_held_out = _lots(patients, seed=seed) < HELD_OUT_SHARE
        learn, judge = rows[~is_held_out], rows[is_held_out]
    else:
        splitter = GroupShuffleSplit(1, test_size=HELD_OUT_SHARE, random_state=seed)
        learn, judge = next(splitter.split(rows, groups=patients))
    return learn, judge


def _lots(patients: npt.NDArray[np.int64], *, seed: int) -> npt.NDArray[np.float64]:
    """A number from 0 to 1 for each row, the same for all stays of a patient, whoever else is there."""
    numbers, places = np.unique(patients, return_inverse=True)
    drawn = [hashlib.sha256(b"%d:%d" % (seed, number)).digest()[:8] for number in numbers]
    lots: npt.NDArray[np.float64] = np.array([int.from_bytes(lot) for lot in drawn], dtype=np.float64) / 2.0**64
    return lots[places]


def _cut(labelled: pl.DataFrame) -> tuple[str, str, npt.NDArray[np.bool_]]:
    """What the cut is a place in, where it lies, and the rows at it or after it. One undated row, and the order is told."""
    if _ENDED in labelled.columns and not labelled[_ENDED].null_count():
        ended = labelled[_ENDED].to_physical().to_numpy()
        at = int(np.quantile(ended, LEARNED_FROM_SHARE))
        return "time of discharge", datetime.fromtimestamp(at / 1e6, UTC).isoformat(), np.asarray(ended >= at)
    place = round(LEARNED_FROM_SHARE * labelled.height)
    return "order of the source, which has no dates", f"{place}", np.arange(labelled.height) >= place


def _digest(matrix: Matrix, readmitted: npt.NDArray[np.bool_]) -> str:
    """Of what the model sees; two runs with the same digest learned from the same numbers in the same order."""
    digest = hashlib.sha256(np.where(np.isnan(matrix), np.nan, matrix).astype("<f8").tobytes())
    digest.update(readmitted.tobytes())
    return digest.hexdigest()


_OF_MATURED = {
    "encounter_id": pl.Int64(), _READMITTED: pl.Boolean(), _ENDED: pl.Datetime("us", "UTC"), "provenance": pl.String(),
}  # fmt: skip
_MATURED = f"""
SELECT e.id, o.readmission = %s, coalesce(e.discharged_at, e.admitted_at), e.provenance
FROM clinical_encounter e JOIN clinical_outcome o ON o.encounter_id = e.id
WHERE o.readmission <> '' AND o.matures_at <= %s AND {TOLD_WHOLE}
ORDER BY e.provenance, e.source_order, e.id
"""  # noqa: S608  our own column names
