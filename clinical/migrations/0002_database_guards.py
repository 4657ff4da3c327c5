"""What PostgreSQL itself refuses: rows of other units, values outside the drug list, and any change to the audit log."""

from django.db import migrations

from clinical.code_lists import DRUGS

SCOPE = """
CREATE FUNCTION wardlight_units() RETURNS integer[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_to_array(nullif(current_setting('wardlight.units', true), ''), ',')::integer[], '{}')
$$;

ALTER TABLE clinical_encounter ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY unit_scope ON clinical_encounter USING (unit_id = ANY ((SELECT wardlight_units())::integer[]));

ALTER TABLE clinical_patient ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- a patient moves between units: seen from each unit that has had an encounter, and from where they were registered
CREATE POLICY unit_scope ON clinical_patient USING (
    home_unit_id = ANY ((SELECT wardlight_units())::integer[])
    OR EXISTS (SELECT 1 FROM clinical_encounter e WHERE e.patient_id = clinical_patient.id));

ALTER TABLE clinical_outcome ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY unit_scope ON clinical_outcome USING (
    EXISTS (SELECT 1 FROM clinical_encounter e WHERE e.id = clinical_outcome.encounter_id));

ALTER TABLE clinical_followup ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY unit_scope ON clinical_followup USING (
    EXISTS (SELECT 1 FROM clinical_encounter e WHERE e.id = clinical_followup.encounter_id));
"""

UNSCOPE = """
DROP POLICY unit_scope ON clinical_followup; ALTER TABLE clinical_followup DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
DROP POLICY unit_scope ON clinical_outcome; ALTER TABLE clinical_outcome DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
DROP POLICY unit_scope ON clinical_patient; ALTER TABLE clinical_patient DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
DROP POLICY unit_scope ON clinical_encounter; ALTER TABLE clinical_encounter DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
DROP FUNCTION wardlight_units();
"""

DRUG_LIST = ", ".join(f"'{drug}'" for drug in DRUGS)
DRUGS_KNOWN = f"""
ALTER TABLE clinical_encounter ADD CONSTRAINT encounter_drugs_known CHECK (
    jsonb_typeof(drugs) = 'object'
    AND drugs - ARRAY[{DRUG_LIST}] = '{{}}'::jsonb
    AND NOT jsonb_path_exists(drugs, '$.* ? (@ != "down" && @ != "steady" && @ != "up")'));
"""

AUDIT = """
CREATE FUNCTION wardlight_audit_hash(event clinical_auditevent) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT encode(sha256(convert_to(jsonb_build_array(
        event.previous_hash, event.position, (extract(epoch FROM event.at) * 1000000)::bigint, event.actor_id, event.actor_name,
        event.verb, event.subject_type, event.subject_id, event.request_id, event.detail)::text, 'UTF8')), 'hex')
$$;

-- SECURITY DEFINER: the application may add a row, but what number, time and hash it gets is decided here
CREATE FUNCTION wardlight_audit_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE head record;
BEGIN
    PERFORM pg_advisory_xact_lock(7301, 1);  -- one chain: two writers may not follow the same row
    SELECT position, hash INTO head FROM clinical_auditevent ORDER BY position DESC LIMIT 1;
    NEW.position := coalesce(head.position, 0) + 1;
    NEW.previous_hash := coalesce(head.hash, '');
    NEW.at := clock_timestamp();
    NEW.hash := wardlight_audit_hash(NEW);
    RETURN NEW;
END $$;
CREATE TRIGGER audit_chain BEFORE INSERT ON clinical_auditevent FOR EACH ROW EXECUTE FUNCTION wardlight_audit_chain();

CREATE FUNCTION wardlight_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON clinical_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION wardlight_refuse_change();
"""

UNAUDIT = """
DROP TRIGGER append_only ON clinical_auditevent;
DROP TRIGGER audit_chain ON clinical_auditevent;
DROP FUNCTION wardlight_refuse_change();
DROP FUNCTION wardlight_audit_chain();
DROP FUNCTION wardlight_audit_hash(clinical_auditevent);
"""


class Migration(migrations.Migration):
    dependencies = [("clinical", "0001_initial")]
    operations = [
        migrations.RunSQL(SCOPE, UNSCOPE),
        migrations.RunSQL(DRUGS_KNOWN, "ALTER TABLE clinical_encounter DROP CONSTRAINT encounter_drugs_known;"),
        migrations.RunSQL(AUDIT, UNAUDIT),
    ]
