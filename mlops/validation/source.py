"""The raw file of a validation: what it held, who was left out and why, and what is not recorded in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from clinical.code_lists import DISPOSITIONS_WITHOUT_RETURN
from clinical.diabetes130.loading import provenance_of
from clinical.diabetes130.reader import read_table
from clinical.models.outcome import Readmission
from mlops import composition
from mlops.datasets import Dataset, Part, Protocol

LABEL = "readmission"


@dataclass(frozen=True)
class SourceFile:
    """The rows of the file in its order, with their label, and the file's digest."""

    frame: pl.DataFrame
    sha256: str

    @property
    def readmitted(self) -> pl.Series:
        return self.frame[LABEL] == str(Readmission.WITHIN_30_DAYS)

    def eligible(self, protocol: Protocol) -> pl.DataFrame:
        """The rows that the protocol splits."""
        if protocol is Protocol.BY_ROW:
            return self.frame
        return self.frame.filter(~pl.col("discharge_disposition").is_in(list(DISPOSITIONS_WITHOUT_RETURN)))


def read(path: Path) -> SourceFile:
    table = read_table(path)
    table.refuse_if_any_row_was()
    return SourceFile(table.frame, table.sha256)


def described(source: SourceFile, dataset: Dataset) -> dict[str, Any]:
    """The `data` of a validation result."""
    frame, leaves_out = source.frame, dataset.protocol is not Protocol.BY_ROW
    made_of = composition.of(frame, source.readmitted, leaves_out=leaves_out)
    return {
        "file_sha256": source.sha256,
        "provenance": provenance_of(frame).value,
        "digest": dataset.sha256,
        "flow": {
            "file": made_of["all"],
            "left_out": made_of["left_out"],
            "training": _counts(dataset.training),
            "held_out": _counts(dataset.held_out),
        },
        "missing": made_of["missing"],
    }


def _counts(part: Part) -> dict[str, int]:
    return {"rows": len(part.readmitted), "patients": part.patients_count, "readmitted": int(part.readmitted.sum())}
