"""`import_ndjson`: 100,000 stays in one file, as a hospital without an interface sends them, by the command."""

from __future__ import annotations

import time
from pathlib import Path

from bench.databases import Database
from bench.figures import Figure, Target
from bench.world import FOLDER, World, say

ROWS = 100_000
SECONDS = Target(at_most=60)
MEGABYTES = Target(at_most=200)


def measure(world: World) -> list[Figure]:
    """Each run imports into a copy of a hospital that has a cohort already, then imports the same file again."""
    file = _written(world.loaded)
    times, again, sizes, copies = [], [], [], []
    for number in range(world.runs):
        with world.loaded.copy("import") as database:
            copies.append([_bare_copy(database, file)])
            done = database.manage("import_encounters", str(file))
            repeated = database.manage("import_encounters", str(file))
        times.append([done.seconds])
        again.append([repeated.seconds])
        sizes.append([max(done.peak_bytes, repeated.peak_bytes) / 1e6])
        say(f"import_ndjson, run {number + 1}: {done.seconds:.1f} s, {sizes[-1][0]:.0f} MB: {done.output.splitlines()[-1]}")
    size = f"{file.stat().st_size / 1e6:.0f} MB"
    said = done.output.strip().splitlines()[-1].partition(", 0 changed")[0]
    lines = "COPY of the same lines into one unlogged table of jsonb"
    return [
        Figure(
            "import_ndjson", f"import_encounters, read, checked, stored: {said}", "s", times, SECONDS,
            reference=copies, reference_what=lines,
        ),
        Figure("import_ndjson_again", "the same file again: every row unchanged", "s", again),
        Figure("import_ndjson_memory", f"most memory held, for a file of {size}", "MB", sizes, MEGABYTES),
    ]  # fmt: skip


def _written(database: Database) -> Path:
    """Stays of the cohort under other numbers, with everything that is recorded of them."""
    path = FOLDER / "stays.ndjson"
    with (
        database.as_superuser() as link,
        link.transaction(),
        link.cursor(name="stays") as cursor,
        path.open("w", encoding="utf-8") as file,
    ):
        cursor.itersize = 5_000
        cursor.execute(_STAYS, [ROWS])
        for (line,) in cursor:
            file.write(f"{line}\n")
    return path


def _bare_copy(database: Database, file: Path) -> float:
    with database.as_superuser() as link, file.open(encoding="utf-8") as lines:
        link.execute("CREATE UNLOGGED TABLE flat (stay jsonb)")
        started = time.perf_counter()
        with link.cursor().copy("COPY flat FROM STDIN") as copy:
            for line in lines:
                copy.write_row((line,))
        seconds = time.perf_counter() - started
        link.execute("DROP TABLE flat")
    return seconds


# the data set writes ICD-9 without leading noughts, a hospital with them
_DIAGNOSES = ", ".join(
    f"'diagnosis_{place}', regexp_replace(regexp_replace(diagnosis_{place}, '^([0-9])(?![0-9])', '00\\1'),"
    f" '^([0-9][0-9])(?![0-9])', '0\\1')"
    for place in (1, 2, 3)
)
_AS_TOLD = (
    "age_band", "race", "weight_band", "payer_code", "medical_specialty", "admission_type", "admission_source",
    "discharge_disposition", "length_of_stay_days", "lab_procedures_count", "procedures_count", "medications_count",
    "outpatient_visits_prior_year", "emergency_visits_prior_year", "inpatient_stays_prior_year", "diagnoses_count",
    "max_glucose_serum", "a1c_result", "drugs", "any_drug_changed", "on_diabetes_medication",
)  # fmt: skip
_STAYS = f"""
SELECT jsonb_strip_nulls(jsonb_build_object(
    'medical_record_number', 'E' || p.medical_record_number, 'family_name', p.family_name, 'given_name', p.given_name,
    'birth_date', p.birth_date, 'sex', p.sex, 'visit_number', 'E' || e.source_id, 'unit', u.code,
    'admitted_at', to_char(e.admitted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'),
    'discharged_at', to_char(e.discharged_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'),
    {_DIAGNOSES}, {", ".join(f"'{name}', e.{name}" for name in _AS_TOLD)}))::text
FROM clinical_encounter e JOIN clinical_patient p ON p.id = e.patient_id JOIN clinical_careunit u ON u.id = e.unit_id
ORDER BY e.id LIMIT %s
"""  # noqa: S608  our own names
