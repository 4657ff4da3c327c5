"""What was known of a patient at one moment: an encounter with the earlier ones, and nothing later than `as_of`.

For one encounter this is one query; for many, PostgreSQL writes them as CSV, which polars reads as the encounter table.
Both run inside the caller's scope.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection

from clinical.encounter_table import ATTRIBUTES, COLUMNS, DRUG_COLUMNS, NOT_PRESCRIBED, polars_schema
from clinical.errors import ClinicalError
from clinical.models import Encounter

if TYPE_CHECKING:
    import polars

ROWS_AT_ONCE = 10_000


class NotYetKnownError(ClinicalError):
    """At that moment the encounter had not begun."""

    code = "not_yet_known"
    status = 422


@dataclass(frozen=True)
class EarlierEncounter:
    """One stay that began before the one in question. `discharged_at` is empty when it had not ended by `as_of`."""

    encounter_id: int
    admitted_at: datetime
    discharged_at: datetime | None
    length_of_stay_days: int
    discharge_disposition: int
    diagnosis_1: str


@dataclass(frozen=True)
class EncounterHistory:
    """An encounter's row of the encounter table, and the patient's earlier stays, oldest first."""

    as_of: datetime
    row: dict[str, Any]
    earlier: tuple[EarlierEncounter, ...]

    def table(self) -> polars.DataFrame:
        """The encounter table with this one row."""
        import polars as pl  # noqa: PLC0415  web processes read timelines and never a frame

        return pl.DataFrame([self.row], schema=polars_schema())


def history_of(encounter: Encounter, *, as_of: datetime) -> EncounterHistory:
    """The encounter as it is stored now, and what came before it. An encounter that begins after `as_of` is refused."""
    known = Encounter.objects.filter(patient_id=encounter.patient_id, admitted_at__lte=as_of)
    rows = list(known.order_by("admitted_at", "pk").values_list("pk", "patient_id", "admitted_at", "discharged_at", *_STORED))
    this = next((row for row in rows if row[0] == encounter.pk), None)
    if this is None:
        raise NotYetKnownError
    before = [row for row in rows if (row[2], row[0]) < (this[2], this[0])]
    return EncounterHistory(as_of=as_of, row=_row(this), earlier=tuple(_earlier(row, as_of) for row in before))


def histories(encounter_ids: list[int]) -> polars.DataFrame:
    """The encounter table of many encounters, in the order of their ids. Ids that the scope does not show are left out."""
    import polars as pl  # noqa: PLC0415  see above

    text = io.BytesIO()
    with connection.cursor() as cursor, cursor.copy(_COPY, [encounter_ids]) as rows:
        for part in rows:
            text.write(part)
    text.seek(0)
    return pl.read_csv(text, schema=polars_schema(), has_header=False, missing_utf8_is_empty_string=True)


def id_batches(encounter_ids: list[int], *, rows_at_once: int = ROWS_AT_ONCE) -> Iterator[list[int]]:
    for first in range(0, len(encounter_ids), rows_at_once):
        yield encounter_ids[first : first + rows_at_once]


_STORED = (*ATTRIBUTES, "drugs")
_FIRST_ATTRIBUTE = 4


def _row(values: tuple[Any, ...]) -> dict[str, Any]:
    row: dict[str, Any] = {"encounter_id": values[0], "patient_id": values[1]}
    row.update(zip(ATTRIBUTES, values[_FIRST_ATTRIBUTE:-1], strict=True))
    drugs = values[-1]
    row.update((column, drugs.get(drug, NOT_PRESCRIBED)) for drug, column in DRUG_COLUMNS.items())
    return row


def _earlier(values: tuple[Any, ...], as_of: datetime) -> EarlierEncounter:
    stay = dict(zip(("encounter_id", "patient_id", "admitted_at", "discharged_at", *_STORED), values, strict=True))
    ended = stay["discharged_at"]
    return EarlierEncounter(
        encounter_id=stay["encounter_id"],
        admitted_at=stay["admitted_at"],
        discharged_at=ended if ended is not None and ended <= as_of else None,
        length_of_stay_days=stay["length_of_stay_days"],
        discharge_disposition=stay["discharge_disposition"],
        diagnosis_1=stay["diagnosis_1"],
    )


def _as_written(column: str) -> str:
    drug = next((drug for drug, name in DRUG_COLUMNS.items() if name == column), None)
    if drug is not None:
        return f"coalesce(drugs->>'{drug}', '{NOT_PRESCRIBED}')"
    return {"encounter_id": "id", "any_drug_changed": "CASE WHEN any_drug_changed THEN 'true' ELSE 'false' END",
            "on_diabetes_medication": "CASE WHEN on_diabetes_medication THEN 'true' ELSE 'false' END"}.get(column, column)  # fmt: skip


_COPY = (
    f"COPY (SELECT {', '.join(map(_as_written, COLUMNS))} FROM clinical_encounter"  # noqa: S608  our own column names
    " WHERE id = ANY (%s) ORDER BY id) TO STDOUT (FORMAT csv)"
)
