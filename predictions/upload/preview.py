"""The first rows of a file as they would be stored, in words, and what is said of a stay beside what is known of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from clinical.code_lists import DRUGS, AdmissionSource, AdmissionType, DischargeDisposition, DrugChange
from clinical.intake.many_sql import STORED
from clinical.models.patient import banner_name

NOT_TOLD = "not known"
_CODES = {"admission_type": AdmissionType, "admission_source": AdmissionSource, "discharge_disposition": DischargeDisposition}
SHOWN = ("visit_number", *(name for name in STORED if name != "unit_id"))


def lines(sample: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One for each row: who, what the row does, and each fact in the order of SHOWN."""
    return [
        {
            "line": row["line"],
            "effect": _effect(row),
            "name": banner_name(row["family_name"], row["given_name"]),
            "born": f"{row['birth_date']:%d-%b-%Y}",
            "record_number": row["medical_record_number"],
            "facts": [_words(name, row[name]) for name in SHOWN],
        }
        for row in sample
    ]


def _effect(row: dict[str, Any]) -> str:
    effects = (("is_new", "New"), ("is_changed", "Changes a stay"), ("is_stale", "Older than what is known"))
    return next((words for name, words in effects if row[name]), "Unchanged")


def _words(name: str, value: Any) -> str:
    if name == "drugs":
        drugs = [f"{drug}: {DrugChange(value[drug]).label.lower()}" for drug in DRUGS if drug in value]
        return ", ".join(drugs) or "none known"
    if value is None or value == "":
        return NOT_TOLD
    if name in _CODES:
        return str(_CODES[name](value).label)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%d-%b-%Y %H:%M}"
    return f"{value:%d-%b-%Y}" if isinstance(value, date) else str(value)
