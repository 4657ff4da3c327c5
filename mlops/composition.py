"""What the rows of a source are, told in counts and shares: how many, who is left out and why, and what is not recorded."""

from __future__ import annotations

from typing import Any

import polars as pl

from clinical.code_lists import DISPOSITIONS_WITHOUT_RETURN, DischargeDisposition

# attributes of which a source may say nothing; an absent test is a value of its own, not a missing one
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


def of(table: pl.DataFrame, readmitted: pl.Series, *, leaves_out: bool) -> dict[str, Any]:
    """`all`: rows, patients, readmitted; `left_out` by reason, where stays without a return are; `missing` by attribute."""
    return {
        "all": {"rows": table.height, "patients": table["patient_id"].n_unique(), "readmitted": int(readmitted.sum())},
        "left_out": _left_out(table, readmitted) if leaves_out else [],
        "missing": [
            *(_share_empty(table, column, label, "not recorded") for column, label in _MAY_BE_MISSING.items()),
            *(_share_empty(table, column, label, "not measured in this stay") for column, label in _NOT_MEASURED.items()),
        ],
    }


def _left_out(table: pl.DataFrame, readmitted: pl.Series) -> list[dict[str, Any]]:
    place = table["discharge_disposition"]
    died = place.is_in([int(code) for code in _DEATHS])
    hospice = place.is_in([int(code) for code in DISPOSITIONS_WITHOUT_RETURN if code not in _DEATHS])
    return [
        {"reason": reason, "rows": int(rows.sum()), "readmitted": int((rows & readmitted).sum())}
        for reason, rows in (("the stay ended in death", died), ("discharged to hospice care", hospice))
    ]


def _share_empty(table: pl.DataFrame, column: str, label: str, words: str) -> dict[str, Any]:
    empty = int((table[column] == "").sum())
    return {"attribute": label, "words": words, "share": empty / table.height if table.height else None}
