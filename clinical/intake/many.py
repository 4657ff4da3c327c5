"""Many stays at once, by the rules that `recording` has for one: staged, judged as a set, stored in one transaction.

Everything happens in one transaction in the system's scope that the caller opens: `stage`, then `judge`, and, where the
caller goes on, `store`. COPY cannot go into tables under row-level security, so the stays lie in a temporary one first.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import connection

from clinical.code_lists import DISPOSITIONS_WITHOUT_RETURN, DrugChange
from clinical.errors import ClinicalError
from clinical.intake import many_sql as statements
from clinical.intake.facts import StayReport
from clinical.models.encounter import READMISSION_WINDOW

ROWS_AT_ONCE = 2_000


class OvertakenError(ClinicalError):
    """Somebody else stored one of these stays meanwhile: nothing was stored; do it again."""

    code = "overtaken"
    status = 409


@dataclass(frozen=True)
class StagedStay:
    """A stay without faults of its own. `sex` is None where the sender did not tell it."""

    line: int
    report: StayReport
    unit_id: int
    sex: str | None = None
    told_at: datetime | None = None


@dataclass(frozen=True)
class Counts:
    """What the stays are, beside what is stored. `stale`: newer facts are known already."""

    new: int
    changed: int
    stale: int
    unchanged: int
    patients_new: int

    @property
    def good(self) -> int:
        return self.new + self.changed + self.stale + self.unchanged


@dataclass(frozen=True)
class SetFault:
    """What is wrong with a stay beside the other stays, or beside what is stored."""

    line: int
    field: str
    message: str


@dataclass(frozen=True)
class Stored:
    """The encounters that a score is owed to now."""

    added: list[int]
    corrected: list[int]


def stage(stays: Iterable[StagedStay]) -> None:
    """Copy the stays to where they are judged, a few at a time: between two copies their source may ask the database too."""
    rows = map(_row, stays)
    with connection.cursor() as cursor:
        cursor.execute(statements.CREATE)
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        with connection.cursor() as cursor, cursor.copy(statements.COPY) as copy:
            for row in batch:
                copy.write_row(row)


def judge(*, unit_ids: Collection[int], for_update: bool) -> tuple[Counts, list[SetFault]]:
    """What would become of the stays, and those that are refused; `for_update` keeps it so until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(statements.TWICE)
        if for_update:
            cursor.execute(statements.LOCK)
        cursor.execute(statements.PLAN)
        cursor.execute(statements.CONTRADICTIONS, {"units": list(unit_ids)})
        cursor.execute(statements.FAULTS)
        faults = [SetFault(*row) for row in cursor.fetchall()]
        cursor.execute(statements.COUNT)
        return Counts(*cursor.fetchone()), faults


def sample(*, most: int) -> list[dict[str, Any]]:
    """The first stays as they would be stored."""
    with connection.cursor() as cursor:
        cursor.execute(statements.SAMPLE, [most])
        rows = [dict(zip(statements.SAMPLED, row, strict=True)) for row in cursor.fetchall()]
    return [row | {"drugs": json.loads(row["drugs"])} for row in rows]


def store(*, expected: Counts) -> Stored:
    """Store what was judged good. OvertakenError where another sender was faster with one of the new stays."""
    with connection.cursor() as cursor:
        cursor.execute(statements.ADD_PATIENTS)
        cursor.execute(statements.CHANGE_PATIENTS)
        cursor.execute(statements.ADD_STAYS)
        added = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(statements.CHANGE_STAYS)
        corrected = [pk for (pk,) in cursor.fetchall()]
        if (len(added), len(corrected)) != (expected.new, expected.changed):
            raise OvertakenError
        values: dict[str, Any] = {
            "ids": [*added, *corrected],
            "without_return": sorted(DISPOSITIONS_WITHOUT_RETURN),
            "matures_after_days": READMISSION_WINDOW.days + settings.OUTCOME_LAG_DAYS,
        }
        cursor.execute(statements.DROP_OUTCOMES, values)
        cursor.execute(statements.EXPECT_OUTCOMES, values)
    return Stored(added, corrected)


def _row(stay: StagedStay) -> list[Any]:
    report, patient, told = stay.report, stay.report.patient, stay.report.attributes
    drugs = told.get("drugs")
    flags = {} if drugs is None else _of_drugs(drugs)
    return [
        stay.line,
        patient.medical_record_number, patient.family_name.strip(), patient.given_name.strip(), patient.birth_date, stay.sex,
        report.visit_number, stay.unit_id, report.admitted_at, report.discharged_at, stay.told_at,
        *(_value(name, told.get(name, flags.get(name))) for name in statements.ATTRIBUTES),
    ]  # fmt: skip


def _of_drugs(drugs: dict[str, str]) -> dict[str, bool]:
    return {
        "on_diabetes_medication": bool(drugs),
        "any_drug_changed": any(change != DrugChange.STEADY for change in drugs.values()),
    }


def _value(name: str, value: Any) -> Any:
    return json.dumps(value) if name == "drugs" and value is not None else value
