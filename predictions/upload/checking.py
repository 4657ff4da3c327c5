"""A row as a stay: its values are read, its facts held against the same checks as those of every other door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clinical.code_lists import Sex
from clinical.intake.checking import faults_of
from clinical.intake.facts import PatientFacts, StayReport
from clinical.intake.many import StagedStay
from clinical.intake.recording import NOT_YOUR_UNIT
from predictions.upload import reading
from predictions.upload.reading import Row
from predictions.upload.template import BY_NAME
from predictions.upload.values import Refused

OF_THE_PATIENT = ("medical_record_number", "family_name", "given_name", "birth_date", "sex")
OF_THE_STAY = ("visit_number", "unit", "admitted_at", "discharged_at", "told_at")
_NO_ATTRIBUTES = frozenset((*OF_THE_PATIENT, *OF_THE_STAY))
IS_NEEDED = "is needed"


@dataclass(frozen=True)
class Checker:
    """Turns the rows of one file into stays. `units` are the wards that the sender may write to, by code."""

    kind: str
    units: Mapping[str, int]

    def stay(self, row: Row) -> StagedStay | None:
        """None where the row is refused; why stands in it then, every reason at once."""
        if row.faults:
            return None
        told = self._read(row)
        report = _report(told)
        wrong = {column for _line, column, _reason, _found in row.faults}
        for fault in faults_of(report, is_new=False):
            if fault.field not in wrong:  # a value that could not be read looks like one that was not told
                row.refuse(fault.field, fault.message, row.values.get(fault.field, ""))
        if report.unit not in self.units and "unit" not in wrong:
            row.refuse("unit", NOT_YOUR_UNIT if told.get("unit") else IS_NEEDED, row.values.get("unit", ""))
        if row.faults:
            return None
        sex = report.patient.sex if "sex" in told else None
        return StagedStay(row.line, report, self.units[report.unit], sex=sex, told_at=told.get("told_at"))

    def _read(self, row: Row) -> dict[str, Any]:
        """What was told, as values; an empty cell and a null tell nothing."""
        told: dict[str, Any] = {}
        is_csv = self.kind == reading.CSV
        for name, found in row.values.items():
            column = BY_NAME.get(name)
            if column is None or found is None or (is_csv and not found):
                continue
            try:
                told[name] = column.cell(found) if is_csv else column.value(found)
            except Refused as refused:
                row.refuse(name, str(refused), found)
        return told


def _report(told: dict[str, Any]) -> StayReport:
    return StayReport(
        patient=PatientFacts(
            medical_record_number=told.get("medical_record_number", ""),
            family_name=told.get("family_name", ""),
            given_name=told.get("given_name", ""),
            birth_date=told.get("birth_date"),
            sex=_word(told.get("sex", Sex.UNKNOWN.value)),
        ),
        visit_number=told.get("visit_number", ""),
        unit=_word(told.get("unit")),
        admitted_at=told.get("admitted_at"),
        discharged_at=told.get("discharged_at"),
        attributes={name: value for name, value in told.items() if name not in _NO_ATTRIBUTES},
    )


def _word(value: Any) -> str:
    """JSON may hold a list where a word is wanted: it is no word of ours, and no reason to stop."""
    return value if isinstance(value, str) else ""
