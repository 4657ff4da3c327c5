"""The raw file of a validation: what it held, who was left out and why, and what is not recorded in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from clinical.code_lists import DISPOSITIONS_WITHOUT_RETURN, DischargeDisposition
from clinical.diabetes130.loading import provenance_of
from clinical.diabetes130.reader import read_table
from clinical.models.outcome import Readmission
from mlops.datasets import Dataset, Part, Protocol

LABEL = "readmission"
# attributes of which the file says "?" where nothing was recorded; an absent test is a value of its own, not a missing one
_MAY_BE_MISSING = {
    "race": "Race", "weight_band": "Weight", "payer_code": "Payer", "medical_specialty": "Specialty",
    "diagnosis_1": "First diagnosis", "diagnosis_2": "Second diagnosis", "diagnosis_3": "Third diagnosis",
}  # fmt: skip
_NOT_MEASURED = {"max_glucose_serum": "Serum glucose", "a1c_result": "HbA1c"}
_DEATHS = frozenset(
    {
        DischargeDisposition.DIED, DischargeDisposition.DIED_HOME_HOSPICE, DischargeDisposition.DIED_FACILITY_HOSPICE,
        DischargeDisposition.DIED_UNKNOWN_HOSPICE,
    }
)  # fmt: skip


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
    frame = source.frame
    return {
        "file_sha256": source.sha256,
        "provenance": provenance_of(frame).value,
        "digest": dataset.sha256,
        "flow": {
            "file": {
                "rows": frame.height,
                "patients": frame["patient_id"].n_unique(),
                "readmitted": int(source.readmitted.sum()),
            },
            "left_out": _left_out(source, dataset.protocol),
            "training": _counts(dataset.training),
            "held_out": _counts(dataset.held_out),
        },
        "missing": [
            *(_share_empty(frame, column, label, "not recorded") for column, label in _MAY_BE_MISSING.items()),
            *(_share_empty(frame, column, label, "not measured in this stay") for column, label in _NOT_MEASURED.items()),
        ],
    }


def _left_out(source: SourceFile, protocol: Protocol) -> list[dict[str, Any]]:
    if protocol is Protocol.BY_ROW:
        return []
    place = source.frame["discharge_disposition"]
    died = place.is_in([int(code) for code in _DEATHS])
    hospice = place.is_in([int(code) for code in DISPOSITIONS_WITHOUT_RETURN if code not in _DEATHS])
    return [
        {"reason": reason, "rows": int(rows.sum()), "readmitted": int((rows & source.readmitted).sum())}
        for reason, rows in (("the stay ended in death", died), ("discharged to hospice care", hospice))
    ]


def _counts(part: Part) -> dict[str, int]:
    return {"rows": len(part.readmitted), "patients": part.patients_count, "readmitted": int(part.readmitted.sum())}


def _share_empty(frame: pl.DataFrame, column: str, label: str, words: str) -> dict[str, Any]:
    return {"attribute": label, "words": words, "share": int((frame[column] == "").sum()) / frame.height}
