"""What models learn from: encounters with a known outcome, from the data set's file or from the hospital's own database,
split by patient so that nobody is on both sides.

Protocol C: stays that ended in death or hospice care are left out; one fifth of the patients is held out by
scikit-learn's GroupShuffleSplit over the rows in their source's order.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from django.db import connection
from sklearn.model_selection import GroupShuffleSplit

from clinical.access import scope_of_the_system
from clinical.code_lists import DISPOSITIONS_WITHOUT_RETURN
from clinical.diabetes130.reader import read_frame
from clinical.history import histories
from clinical.models.outcome import Readmission
from mlops.errors import TooFewOutcomesError
from predictions.features import build
from predictions.features.building import Matrix

HELD_OUT_SHARE = 0.2
FEWEST_READMISSIONS = 100
_READMITTED = "readmitted"


class Source(StrEnum):
    """Where the encounters come from."""

    DATABASE = "database"
    FILE = "file"


@dataclass(frozen=True)
class Part:
    """The rows of one side of a split."""

    matrix: Matrix
    readmitted: npt.NDArray[np.bool_]
    patients: npt.NDArray[np.int64]

    @property
    def patients_count(self) -> int:
        return len(np.unique(self.patients))


@dataclass(frozen=True)
class Dataset:
    """Training and held-out rows, no patient in both, and where they came from."""

    source: Source
    protocol: str
    seed: int
    sha256: str
    training: Part
    held_out: Part

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source.value,
            "protocol": self.protocol,
            "seed": self.seed,
            "sha256": self.sha256,
            **{
                side: {
                    "encounters": len(part.readmitted), "patients": part.patients_count,
                    "readmitted": int(part.readmitted.sum()),
                }
                for side, part in (("training", self.training), ("held_out", self.held_out))
            },
        }  # fmt: skip


def from_file(path: Path, *, seed: int) -> Dataset:
    """Protocol C on the data set's own file."""
    table = read_frame(path)
    labelled = table.with_columns((pl.col("readmission") == Readmission.WITHIN_30_DAYS).alias(_READMITTED)).drop("readmission")
    return _split(labelled, source=Source.FILE, seed=seed)


def from_database(*, as_of: datetime, seed: int) -> Dataset:
    """Protocol C on the encounters whose outcome is matured at `as_of`: what a hospital has."""
    with scope_of_the_system(), connection.cursor() as cursor:
        cursor.execute(_MATURED, [Readmission.WITHIN_30_DAYS.value, as_of])
        rows = cursor.fetchall()
        outcomes = pl.DataFrame(rows, schema={"encounter_id": pl.Int64, _READMITTED: pl.Boolean}, orient="row")
        table = histories(outcomes["encounter_id"].to_list(), as_of=as_of)
    # the source's order, so that the split is that of the file wherever the database was loaded from it
    return _split(outcomes.join(table, on="encounter_id", maintain_order="left"), source=Source.DATABASE, seed=seed)


def _split(labelled: pl.DataFrame, *, source: Source, seed: int) -> Dataset:
    kept = labelled.filter(~pl.col("discharge_disposition").is_in(list(DISPOSITIONS_WITHOUT_RETURN)))
    readmitted = kept[_READMITTED].to_numpy()
    patients = kept["patient_id"].to_numpy()
    if readmitted.sum() < FEWEST_READMISSIONS:
        raise TooFewOutcomesError
    matrix = build(kept.drop(_READMITTED))
    splitter = GroupShuffleSplit(1, test_size=HELD_OUT_SHARE, random_state=seed)
    training, held_out = (
        Part(matrix[rows], readmitted[rows], patients[rows]) for rows in next(splitter.split(matrix, groups=patients))
    )
    return Dataset(
        source=source, protocol="C", seed=seed, sha256=_digest(matrix, readmitted), training=training, held_out=held_out
    )


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
