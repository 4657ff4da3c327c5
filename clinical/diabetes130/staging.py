"""The SQL of a load: rows are copied into temporary tables, looked over there, and inserted from there.

PostgreSQL refuses COPY into a table under row-level security; INSERT ... SELECT passes its policies row by row.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from django.conf import settings
from django.db import connection

from clinical.code_lists import DRUGS
from clinical.diabetes130.columns import DRUG_WORDS, LABEL, drug_column
from clinical.errors import SourceRefusedError
from clinical.models.encounter import READMISSION_WINDOW

Progress = Callable[[str, float], None]
ROWS_IN_A_CHUNK = 20_000
FACTS = (
    "age_band", "race", "sex", "weight_band", "payer_code", "medical_specialty", "admission_type", "admission_source",
    "discharge_disposition", "length_of_stay_days", "lab_procedures_count", "procedures_count", "medications_count",
    "outpatient_visits_prior_year", "emergency_visits_prior_year", "inpatient_stays_prior_year", "diagnosis_1",
    "diagnosis_2", "diagnosis_3", "diagnoses_count", "max_glucose_serum", "a1c_result", "any_drug_changed",
    "on_diabetes_medication",
)  # fmt: skip
_STAY_COLUMNS = ("encounter_id", "patient_id", "line", "admitted_at", "discharged_at", LABEL, "drugs", *FACTS)
_PATIENT_COLUMNS = (
    "patient_id", "medical_record_number", "family_name", "given_name", "birth_date", "sex", "unit_id",
)  # fmt: skip


@dataclass(frozen=True)
class Counts:
    """Rows inserted."""

    patients: int
    encounters: int
    outcomes: int


def stage(stays: pl.DataFrame, patients: pl.DataFrame, *, units: dict[str, int], on_progress: Progress) -> None:
    """Copy both frames into temporary tables that end with the transaction."""
    placed = patients.with_columns(unit_id=pl.col("unit_code").replace_strict(units))
    with connection.cursor() as cursor:
        cursor.execute(_TEMPORARY_TABLES)
    _copy("staged_patient", placed.select(_PATIENT_COLUMNS))
    copied = 0
    for chunk in stays.iter_slices(ROWS_IN_A_CHUNK):
        _copy("staged_stay", chunk.with_columns(drugs=_drugs()).select(_STAY_COLUMNS))
        copied += chunk.height
        on_progress("copying", copied / stays.height)
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX ON staged_stay (patient_id); ANALYZE staged_patient; ANALYZE staged_stay")


def refuse_moved_dates(provenance: str) -> None:
    """A patient's dates follow from all of their stays: with other stays in the file, those stored would have to move."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, {"provenance": provenance, "zone": settings.TIME_ZONE})
        moved, first_line = cursor.fetchone()
    if moved:
        msg = (
            f"{moved:,} of the file's encounters (first: line {first_line:,}) are stored with other dates, because the file"
            " holds other stays than the one they came from. Load it into an empty database; nothing was stored."
        )
        raise SourceRefusedError(msg)


def store(provenance: str, *, matured_by: datetime, on_progress: Progress) -> Counts:
    """Insert what is not there yet."""
    values: dict[str, str | int | datetime] = {
        "provenance": provenance,
        "zone": settings.TIME_ZONE,
        "matures_after_days": READMISSION_WINDOW.days + settings.OUTCOME_LAG_DAYS,
        "matured_by": matured_by,
    }
    counts: dict[str, int] = {}
    for place, (name, statement) in enumerate(_INSERTS.items()):
        on_progress(f"storing {name}", place / len(_INSERTS))
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            counts[name] = cursor.rowcount
    return Counts(**counts)


def on_the_ward(provenance: str) -> dict[str, int]:
    """Stays without a discharge, by the name of the unit."""
    with connection.cursor() as cursor:
        cursor.execute(_ON_THE_WARD, [provenance])
        return dict(cursor.fetchall())


def _copy(table: str, frame: pl.DataFrame) -> None:
    columns = ", ".join(frame.columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT csv)") as copy,  # columns and table are named above
    ):
        for part in _as_csv(frame):
            copy.write(part)


def _as_csv(frame: pl.DataFrame) -> Iterator[bytes]:
    """Text is quoted and a missing value is not: the difference between '' and NULL."""
    for chunk in frame.iter_slices(ROWS_IN_A_CHUNK):
        buffer = io.BytesIO()
        chunk.write_csv(buffer, include_header=False, quote_style="non_numeric")
        yield buffer.getvalue()


def _drugs() -> pl.Expr:
    """The prescribed drugs and their changes as a JSON object."""
    prescribed = [
        pl.when(pl.col(drug_column(drug)) != DRUG_WORDS["No"]).then(pl.format(f'"{drug}": "{{}}"', pl.col(drug_column(drug))))
        for drug in DRUGS
    ]
    return pl.lit("{") + pl.concat_str(prescribed, separator=", ", ignore_nulls=True) + pl.lit("}")


_TEMPORARY_TABLES = f"""
DROP TABLE IF EXISTS pg_temp.staged_patient, pg_temp.staged_stay;
CREATE TEMPORARY TABLE staged_patient (
    patient_id bigint PRIMARY KEY, medical_record_number text, family_name text, given_name text, birth_date date, sex text,
    unit_id bigint
) ON COMMIT DROP;
CREATE TEMPORARY TABLE staged_stay (
    encounter_id bigint, patient_id bigint, line bigint, admitted_at timestamp, discharged_at timestamp, {LABEL} text,
    drugs jsonb,
    age_band text, race text, sex text, weight_band text, payer_code text, medical_specialty text, admission_type smallint,
    admission_source smallint, discharge_disposition smallint, length_of_stay_days smallint, lab_procedures_count smallint,
    procedures_count smallint, medications_count smallint, outpatient_visits_prior_year smallint,
    emergency_visits_prior_year smallint, inpatient_stays_prior_year smallint, diagnosis_1 text, diagnosis_2 text,
    diagnosis_3 text, diagnoses_count smallint, max_glucose_serum text, a1c_result text, any_drug_changed boolean,
    on_diabetes_medication boolean
) ON COMMIT DROP;
"""

_MOVED = """
SELECT count(*), min(s.line)
FROM staged_stay s JOIN clinical_encounter e ON e.provenance = %(provenance)s AND e.source_id = s.encounter_id::text
WHERE e.admitted_at <> s.admitted_at AT TIME ZONE %(zone)s
"""

_INSERTS = {
    "patients": """
INSERT INTO clinical_patient (public_id, provenance, source_id, medical_record_number, family_name, given_name, birth_date, sex,
                              home_unit_id)
SELECT gen_random_uuid(), %(provenance)s, patient_id::text, medical_record_number, family_name, given_name, birth_date, sex,
       unit_id
FROM staged_patient ORDER BY patient_id
ON CONFLICT (provenance, source_id) DO NOTHING
""",
    # the header is line 1, so the first row is at place 0
    "encounters": f"""
INSERT INTO clinical_encounter (public_id, provenance, source_id, source_order, patient_id, unit_id, admitted_at, discharged_at,
                                drugs, {", ".join(FACTS)})
SELECT gen_random_uuid(), %(provenance)s, s.encounter_id::text, s.line - 2, p.id, p.home_unit_id,
       s.admitted_at AT TIME ZONE %(zone)s, s.discharged_at AT TIME ZONE %(zone)s, s.drugs,
       {", ".join(f"s.{fact}" for fact in FACTS)}
FROM staged_stay s JOIN clinical_patient p ON p.provenance = %(provenance)s AND p.source_id = s.patient_id::text
ORDER BY s.line
ON CONFLICT (provenance, source_id) DO NOTHING
""",  # noqa: S608  column names from this file alone
    "outcomes": f"""
INSERT INTO clinical_outcome (encounter_id, matures_at, readmission, reported_at)
SELECT id, matures_at, CASE WHEN matures_at <= %(matured_by)s THEN {LABEL} ELSE '' END,
       CASE WHEN matures_at <= %(matured_by)s THEN matures_at END
FROM (SELECT e.id, e.discharged_at + make_interval(days => %(matures_after_days)s) AS matures_at, s.{LABEL}
      FROM staged_stay s JOIN clinical_encounter e ON e.provenance = %(provenance)s AND e.source_id = s.encounter_id::text
      WHERE e.discharged_at IS NOT NULL) known
ON CONFLICT (encounter_id) DO NOTHING
""",  # noqa: S608  as above
}

_ON_THE_WARD = """
SELECT u.name, count(*) FROM clinical_encounter e JOIN clinical_careunit u ON u.id = e.unit_id
WHERE e.discharged_at IS NULL AND e.provenance = %s GROUP BY u.name ORDER BY u.name
"""
