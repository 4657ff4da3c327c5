"""The SQL of many stays at once: the same rules as `recording`, said of sets. Names of columns come from here alone."""

from __future__ import annotations

from clinical.code_lists import AGE_BANDS, AdmissionSource, AdmissionType, DischargeDisposition
from clinical.intake.checking import LONGEST_STAY_DAYS
from clinical.intake.recording import NOT_YOUR_UNIT, OLDEST_BAND_YEARS

_COUNTS = (
    "lab_procedures_count", "procedures_count", "medications_count", "outpatient_visits_prior_year",
    "emergency_visits_prior_year", "inpatient_stays_prior_year", "diagnoses_count",
)  # fmt: skip
_TEXTS = (
    "race", "weight_band", "payer_code", "medical_specialty", "diagnosis_1", "diagnosis_2", "diagnosis_3", "max_glucose_serum",
    "a1c_result",
)  # fmt: skip
_CODES = ("admission_type", "admission_source", "discharge_disposition")
_FLAGS = ("any_drug_changed", "on_diabetes_medication")
# what a new stay has where nothing was told; a count and a flag are then not known
_UNTOLD: dict[str, str] = {
    "admission_type": str(AdmissionType.NOT_RECORDED.value),
    "admission_source": str(AdmissionSource.NOT_RECORDED.value),
    "discharge_disposition": str(DischargeDisposition.NOT_RECORDED.value),
    "drugs": "'{}'::jsonb",
    **dict.fromkeys(_TEXTS, "''"),
}
# kept as told; the others follow from them
_AS_TOLD = (*_TEXTS, *_CODES, *_COUNTS, "drugs", *_FLAGS)
ATTRIBUTES = ("age_band", "length_of_stay_days", *_AS_TOLD)
PEOPLE = ("medical_record_number", "family_name", "given_name", "birth_date", "patient_sex")
STAYS = ("visit_number", "unit_id", "admitted_at", "discharged_at", "told_at")
TOLD = ("line", *PEOPLE, *STAYS, *ATTRIBUTES)
_TYPES = {
    "line": "bigint", "birth_date": "date", "unit_id": "bigint", "drugs": "jsonb",
    **dict.fromkeys(("admitted_at", "discharged_at", "told_at"), "timestamptz"),
    **dict.fromkeys(("length_of_stay_days", *_CODES, *_COUNTS), "smallint"),
    **dict.fromkeys(_FLAGS, "boolean"),
}  # fmt: skip
STORED = ("unit_id", "admitted_at", "discharged_at", "age_band", "sex", "length_of_stay_days", *_AS_TOLD)

CREATE = f"""
DROP TABLE IF EXISTS pg_temp.told_stay, pg_temp.told_fault, pg_temp.planned_stay;
CREATE TEMPORARY TABLE told_stay ({", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in TOLD)}) ON COMMIT DROP;
CREATE TEMPORARY TABLE told_fault (line bigint, field text, message text) ON COMMIT DROP;
"""
COPY = f"COPY told_stay ({', '.join(TOLD)}) FROM STDIN"

TWICE = """
ANALYZE told_stay;
INSERT INTO told_fault
SELECT line, 'visit_number', format('stands on line %s of the file already', first)
FROM (SELECT line, min(line) OVER (PARTITION BY visit_number) AS first FROM told_stay) seen
WHERE line > first;

INSERT INTO told_fault
SELECT line, 'medical_record_number', format('belongs to somebody else on line %s: the name, birth date or sex differs', first)
FROM (SELECT line, family_name, given_name, birth_date, patient_sex, min(patient_sex) OVER number AS first_sex,
             first_value(line) OVER number AS first, first_value(family_name) OVER number AS first_family,
             first_value(given_name) OVER number AS first_given, first_value(birth_date) OVER number AS first_birth
      FROM told_stay WINDOW number AS (PARTITION BY medical_record_number ORDER BY line
                                       ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) seen
WHERE line > first AND ((family_name, given_name, birth_date) <> (first_family, first_given, first_birth)
                        OR patient_sex <> first_sex);

DELETE FROM told_stay USING told_fault WHERE told_stay.line = told_fault.line;
"""

LOCK = """
SELECT count(*) FROM (
    SELECT e.id FROM told_stay t JOIN clinical_encounter e ON e.provenance = 'ehr' AND e.source_id = t.visit_number
    ORDER BY e.id FOR NO KEY UPDATE OF e) held
UNION ALL
SELECT count(*) FROM (
    SELECT p.id FROM clinical_patient p WHERE p.medical_record_number IN (SELECT medical_record_number FROM told_stay)
    ORDER BY p.id FOR NO KEY UPDATE OF p) held
"""

_BANDS = ", ".join(f"'{band}'" for band in AGE_BANDS)
_BAND = f"(ARRAY[{_BANDS}])"
_YEARS = "extract(year FROM age((admitted_at AT TIME ZONE 'UTC')::date, final_birth_date))::integer"
_ADMITTED = "(admitted_at AT TIME ZONE 'UTC')::date"
# greatest() takes no notice of a NULL; of a stay that goes on: the days so far, unless more were planned
_NIGHTS = (
    f"CASE WHEN discharged_at IS NOT NULL THEN greatest(1, (discharged_at AT TIME ZONE 'UTC')::date - {_ADMITTED})"
    f" ELSE least({LONGEST_STAY_DAYS},"
    f" greatest(1, (coalesce(told_at, now()) AT TIME ZONE 'UTC')::date - {_ADMITTED}, days_before)) END"
)


def _final(name: str) -> str:
    untold = f", {_UNTOLD[name]}" if name in _UNTOLD else ""
    return f"coalesce(t.{name}, e.{name}{untold}) AS {name}"


# A merged record number is the surviving patient's, whose own facts a file about the old number does not touch; nor does one
# that is older than what is known of the person.
PLAN = f"""
CREATE TEMPORARY TABLE planned_stay ON COMMIT DROP AS
WITH known AS (
    SELECT t.line, t.told_at, t.visit_number, {", ".join(f"t.{name}" for name in PEOPLE)},
           e.id AS encounter_id, e.unit_id AS unit_before, person.id AS patient_id,
           t.told_at < e.told_at AS is_stale,
           coalesce(person.id IS NOT NULL AND (number.merged_into_id IS NOT NULL OR t.told_at < person.told_at), false)
               AS keeps_person,
           person.birth_date AS person_birth_date, person.sex AS person_sex,
           min(t.patient_sex) OVER (PARTITION BY t.medical_record_number) AS told_sex,
           (person.family_name, person.given_name, person.birth_date) IS DISTINCT FROM
               (t.family_name, t.given_name, t.birth_date) OR coalesce(t.patient_sex <> person.sex, false) AS person_differs,
           t.unit_id, coalesce(t.admitted_at, e.admitted_at) AS admitted_at,
           coalesce(t.discharged_at, e.discharged_at) AS discharged_at,
           t.age_band AS told_age_band, t.length_of_stay_days AS told_days, e.length_of_stay_days AS days_before,
           {", ".join(map(_final, _AS_TOLD))}
    FROM told_stay t
    LEFT JOIN clinical_encounter e ON e.provenance = 'ehr' AND e.source_id = t.visit_number
    LEFT JOIN clinical_patient number ON number.medical_record_number = t.medical_record_number
    LEFT JOIN clinical_patient person ON person.id = coalesce(number.merged_into_id, number.id)
), person AS (
    SELECT known.*, CASE WHEN keeps_person THEN person_birth_date ELSE birth_date END AS final_birth_date,
           CASE WHEN keeps_person THEN person_sex ELSE coalesce(told_sex, person_sex, 'unknown') END AS sex
    FROM known
), final AS (
    SELECT line, told_at, visit_number, {", ".join(PEOPLE)}, encounter_id, unit_before, patient_id,
           coalesce(is_stale, false) AS is_stale,
           patient_id IS NOT NULL AND person_differs AND NOT keeps_person AND NOT coalesce(is_stale, false) AS person_changes,
           unit_id, admitted_at, discharged_at,
           coalesce(told_age_band, {_BAND}[1 + least(greatest({_YEARS}, 0), {OLDEST_BAND_YEARS}) / 10]) AS age_band, sex,
           coalesce(told_days, {_NIGHTS}, days_before)::integer AS length_of_stay_days,
           {", ".join(_AS_TOLD)}
    FROM person
)
SELECT final.*, encounter_id IS NULL AS is_new,
       encounter_id IS NOT NULL AND NOT is_stale AND (person_changes OR (
           final.patient_id, {", ".join(f"final.{name}" for name in STORED)}) IS DISTINCT FROM (
           e.patient_id, {", ".join(f"e.{name}" for name in STORED)})) AS is_changed
FROM final LEFT JOIN clinical_encounter e ON e.id = final.encounter_id;
"""  # noqa: S608  our own names

CONTRADICTIONS = f"""
INSERT INTO told_fault SELECT line, 'unit', '{NOT_YOUR_UNIT}' FROM planned_stay WHERE unit_before <> ALL (%(units)s);
INSERT INTO told_fault SELECT line, 'admitted_at', 'is needed' FROM planned_stay WHERE is_new AND admitted_at IS NULL;
INSERT INTO told_fault SELECT line, 'discharged_at', 'lies before the admission' FROM planned_stay
WHERE discharged_at < admitted_at;
INSERT INTO told_fault SELECT line, 'discharged_at', 'lies more than {LONGEST_STAY_DAYS} days after the admission'
FROM planned_stay WHERE discharged_at - admitted_at > interval '{LONGEST_STAY_DAYS} days';
DELETE FROM planned_stay USING told_fault WHERE planned_stay.line = told_fault.line;
ANALYZE planned_stay;
"""  # noqa: S608  our own names

COUNT = """
SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE is_changed), count(*) FILTER (WHERE is_stale),
       count(*) FILTER (WHERE NOT is_new AND NOT is_changed AND NOT is_stale),
       count(DISTINCT medical_record_number) FILTER (WHERE patient_id IS NULL)
FROM planned_stay
"""
FAULTS = "SELECT line, field, message FROM told_fault ORDER BY line, field"
SAMPLED = (
    "line", "visit_number", "medical_record_number", "family_name", "given_name", "birth_date", "is_new", "is_changed",
    "is_stale", *STORED,
)  # fmt: skip
SAMPLE = f"SELECT {', '.join(SAMPLED)} FROM planned_stay ORDER BY line LIMIT %s"  # noqa: S608  our own names

ADD_PATIENTS = """
INSERT INTO clinical_patient (public_id, provenance, source_id, medical_record_number, family_name, given_name, birth_date, sex,
                              home_unit_id, told_at)
SELECT DISTINCT ON (medical_record_number) gen_random_uuid(), 'ehr', medical_record_number, medical_record_number, family_name,
       given_name, birth_date, sex, unit_id, told_at
FROM planned_stay WHERE patient_id IS NULL ORDER BY medical_record_number, line
ON CONFLICT DO NOTHING
"""
CHANGE_PATIENTS = """
UPDATE clinical_patient p SET family_name = told.family_name, given_name = told.given_name, birth_date = told.birth_date,
       sex = told.sex, told_at = coalesce(told.told_at, p.told_at)
FROM (SELECT DISTINCT ON (patient_id) patient_id, family_name, given_name, birth_date, sex, told_at
      FROM planned_stay WHERE person_changes ORDER BY patient_id, line) told
WHERE p.id = told.patient_id
"""
ADD_STAYS = f"""
INSERT INTO clinical_encounter (public_id, provenance, source_id, source_order, patient_id, told_at, {", ".join(STORED)})
SELECT gen_random_uuid(), 'ehr', s.visit_number, 0, coalesce(p.merged_into_id, p.id), s.told_at,
       {", ".join(f"s.{name}" for name in STORED)}
FROM planned_stay s JOIN clinical_patient p ON p.medical_record_number = s.medical_record_number
WHERE s.is_new ORDER BY s.line
ON CONFLICT DO NOTHING
RETURNING id
"""  # noqa: S608  our own names
CHANGE_STAYS = f"""
UPDATE clinical_encounter e
SET patient_id = coalesce(p.merged_into_id, p.id), {", ".join(f"{name} = s.{name}" for name in STORED)},
       version = e.version + 1, told_at = coalesce(s.told_at, e.told_at), entered_in_error_at = NULL
FROM planned_stay s JOIN clinical_patient p ON p.medical_record_number = s.medical_record_number
WHERE e.id = s.encounter_id AND s.is_changed
RETURNING e.id
"""  # noqa: S608  our own names
DROP_OUTCOMES = """
DELETE FROM clinical_outcome o USING clinical_encounter e
WHERE e.id = o.encounter_id AND o.readmission = '' AND e.id IN (SELECT unnest(%(ids)s::bigint[]))
AND (e.discharged_at IS NULL OR e.discharge_disposition = ANY (%(without_return)s))
"""
EXPECT_OUTCOMES = """
INSERT INTO clinical_outcome AS o (encounter_id, matures_at, readmission)
SELECT id, discharged_at + make_interval(days => %(matures_after_days)s), '' FROM clinical_encounter
WHERE id IN (SELECT unnest(%(ids)s::bigint[])) AND discharged_at IS NOT NULL
AND discharge_disposition <> ALL (%(without_return)s)
ON CONFLICT (encounter_id) DO UPDATE SET matures_at = excluded.matures_at WHERE o.matures_at <> excluded.matures_at
"""
