"""Nine more of everybody, with ids and numbers of their own, by SQL inside one of the bench's databases."""

from __future__ import annotations

from typing import Any

import psycopg

from bench.databases import Database

COPIES = 9
# table -> what its rows need anew; everything else is taken over. `n` is the number of the copy, :x the size of an id space.
TABLES = {
    "clinical_patient": {
        "id": "id + n * :patients", "public_id": "gen_random_uuid()", "source_id": "source_id || '.' || n",
        "medical_record_number": "medical_record_number || '.' || n",
    },
    "clinical_encounter": {
        "id": "id + n * :encounters", "public_id": "gen_random_uuid()", "source_id": "source_id || '.' || n",
        "patient_id": "patient_id + n * :patients",
    },
    "clinical_outcome": {"encounter_id": "encounter_id + n * :encounters"},
    "predictions_prediction": {
        "id": "id + n * :predictions", "public_id": "gen_random_uuid()", "encounter_id": "encounter_id + n * :encounters",
    },
    "predictions_worklistentry": {
        "encounter_id": "encounter_id + n * :encounters", "prediction_id": "prediction_id + n * :predictions",
    },
}  # fmt: skip


def make_tenfold(database: Database) -> int:
    """Returns how many encounters there are then."""
    with database.as_superuser() as link:
        # neither keys nor scope are checked, and nothing is waited for: the rows come from rows that were
        link.execute("SET session_replication_role = replica")
        link.execute("SET synchronous_commit = off")
        spaces = {
            f":{name}s": str(_one(link, f"SELECT max(id) + 1 FROM {table}"))  # noqa: S608  our own tables
            for name, table in (
                ("patient", "clinical_patient"), ("encounter", "clinical_encounter"), ("prediction", "predictions_prediction"),
            )
        }  # fmt: skip
        for table, renewed in TABLES.items():
            _multiply(link, table, renewed, spaces)
        count = int(_one(link, "SELECT count(*) FROM clinical_encounter"))
    database.tidy()
    return count


def _multiply(link: psycopg.Connection[tuple[Any, ...]], table: str, renewed: dict[str, str], spaces: dict[str, str]) -> None:
    found = link.execute(
        "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        [table],
    )
    columns = [str(row[0]) for row in found.fetchall()]
    values = ", ".join(renewed.get(column, column) for column in columns)
    for space, size in spaces.items():
        values = values.replace(space, size)
    names = ", ".join(columns)
    link.execute(
        f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE"  # noqa: S608  our own tables
        f" SELECT {values} FROM {table}, generate_series(1, {COPIES}) AS n"
    )


def _one(link: psycopg.Connection[tuple[Any, ...]], query: str) -> Any:
    row = link.execute(query.encode()).fetchone()
    return row[0] if row else None
