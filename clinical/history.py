"""What was known of a patient at one moment: an encounter with the earlier ones, and nothing later than `as_of`.

For one encounter this is one query; for many, PostgreSQL writes them as CSV, which polars reads as the encounter table.
Earlier are the patient's stays that began before this one, in the order of their admissions; clinical.earlier_stays
says what a row tells of them. Both run inside the caller's scope.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django.db import connection

from clinical import earlier_stays
from clinical.encounter_table import (
    ATTRIBUTES,
    COLUMNS,
    COUNTS,
    DIAGNOSES,
    DRUG_COLUMNS,
    FLAGS,
    IDENTITIES,
    NOT_PRESCRIBED,
    places_of,
    schema_of_the_stay,
    with_places,
)
from clinical.errors import ClinicalError
from clinical.models import Encounter
from clinical.rows import prepared

if TYPE_CHECKING:
    import polars


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
    """An encounter's own columns of the encounter table, and the patient's stays up to it, oldest first."""

    as_of: datetime
    row: dict[str, Any]
    earlier: tuple[EarlierEncounter, ...]
    stays: tuple[tuple[int | str | None, ...], ...]

    @property
    def columns(self) -> dict[str, Any]:
        """The whole row of the encounter table: the stay's own columns, and those of the stays before it."""
        before = earlier_stays.before_the_last_of(self.stays) if self.earlier else _before_a_first_stay()
        return {**self.row, **before}


def history_of(encounter: Encounter, *, as_of: datetime) -> EncounterHistory:
    """The encounter as it is stored now, and what came before it. An encounter that begins after `as_of` is refused."""
    with prepared() as cursor:
        cursor.execute(_KNOWN, [encounter.patient_id, as_of])
        rows = cursor.fetchall()
    this = next((row for row in rows if row[0] == encounter.pk), None)
    if this is None:
        raise NotYetKnownError
    before = rows[: rows.index(this)]
    return EncounterHistory(
        as_of=as_of,
        row=_row(this),
        earlier=tuple(_earlier(row, as_of) for row in before),
        stays=tuple(_LOOKED_BACK_AT(row) for row in (*before, this)),
    )


def histories(encounter_ids: list[int], *, as_of: datetime) -> polars.DataFrame:
    """The encounter table of many encounters, by id; those that began after `as_of` or are out of scope are left out."""
    asked = with_places(_copied(_COPY, encounter_ids, as_of, schema_of_the_stay()))
    stays = _copied(_COPY_STAYS, encounter_ids, as_of, earlier_stays.schema())
    return asked.join(earlier_stays.of_stays(stays), on="encounter_id", how="left", maintain_order="left").select(COLUMNS)


@cache
def _before_a_first_stay() -> Mapping[str, Any]:
    """Alike for everybody, so worked out once: most stays are first ones."""
    return earlier_stays.before_the_last_of([(*(0,) * len(COUNTS), 0, *("",) * len(DIAGNOSES))])


def _copied(statement: str, encounter_ids: list[int], as_of: datetime, schema: dict[str, polars.DataType]) -> polars.DataFrame:
    import polars as pl  # noqa: PLC0415  web processes read timelines and never a frame

    text = io.BytesIO()
    with connection.cursor() as cursor, cursor.copy(statement, {"ids": encounter_ids, "as_of": as_of}) as rows:
        for part in rows:
            text.write(part)
    text.seek(0)
    return pl.read_csv(text, schema=schema, has_header=False, empty_string_is_null=False)


def _row(values: tuple[Any, ...]) -> dict[str, Any]:
    stored = dict(zip(_STORED, values, strict=True))
    drugs = json.loads(stored["drugs"])
    row = {"encounter_id": stored["id"], "patient_id": stored["patient_id"]}
    row.update((attribute, stored[attribute]) for attribute in ATTRIBUTES)
    row.update((column, drugs.get(drug, NOT_PRESCRIBED)) for drug, column in DRUG_COLUMNS.items())
    return row | places_of(row)


def _earlier(values: tuple[Any, ...], as_of: datetime) -> EarlierEncounter:
    stay = dict(zip(_STORED, values, strict=True))
    ended = stay["discharged_at"]
    return EarlierEncounter(
        encounter_id=stay["id"],
        admitted_at=stay["admitted_at"],
        discharged_at=ended if ended is not None and ended <= as_of else None,
        length_of_stay_days=stay["length_of_stay_days"],
        discharge_disposition=stay["discharge_disposition"],
        diagnosis_1=stay["diagnosis_1"],
    )


def _selected(column: str) -> str:
    if column in FLAGS:
        return f"CASE {column} WHEN true THEN 'true' WHEN false THEN 'false' END"
    return {"encounter_id": "id"}.get(column, column)


# written out once: building this query anew for each score takes longer than PostgreSQL takes to answer it
_STORED = ("id", "patient_id", "admitted_at", "discharged_at", *ATTRIBUTES, "drugs")
_KNOWN = (
    f"SELECT {', '.join(_STORED)} FROM clinical_encounter"  # noqa: S608  our own column names
    " WHERE patient_id = %s AND admitted_at <= %s AND entered_in_error_at IS NULL ORDER BY admitted_at, id"
)
_LOOKED_BACK_AT = itemgetter(*(_STORED.index(column) for column in earlier_stays.LOOKED_BACK_AT))
_DRUGS = (f"coalesce(drugs->>'{drug}', '{NOT_PRESCRIBED}')" for drug in DRUG_COLUMNS)
_COPY = (
    f"COPY (SELECT {', '.join((*map(_selected, (*IDENTITIES, *ATTRIBUTES)), *_DRUGS))} FROM clinical_encounter"  # noqa: S608
    " WHERE id = ANY (%(ids)s) AND admitted_at <= %(as_of)s AND entered_in_error_at IS NULL ORDER BY id) TO STDOUT (FORMAT csv)"
)
# the stays of everybody asked for, with what a later stay looks back at: most of them are nobody's row
_COPY_STAYS = (
    "COPY (SELECT id, patient_id, row_number() OVER (PARTITION BY patient_id ORDER BY admitted_at, id),"  # noqa: S608
    f" {', '.join(earlier_stays.LOOKED_BACK_AT)} FROM clinical_encounter WHERE admitted_at <= %(as_of)s"
    " AND entered_in_error_at IS NULL AND patient_id IN"
    " (SELECT patient_id FROM clinical_encounter WHERE id = ANY (%(ids)s))) TO STDOUT (FORMAT csv)"
)
