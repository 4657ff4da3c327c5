"""Decisions and tenures that nobody can rewrite, and evidence that stays as it was sealed."""

from django.db import migrations

GUARDS = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON mlops_decision
    FOR EACH STATEMENT EXECUTE FUNCTION wardlight_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON mlops_tenure
    FOR EACH STATEMENT EXECUTE FUNCTION wardlight_refuse_change();

CREATE FUNCTION wardlight_refuse_change_of_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.sealed_at IS NOT NULL THEN
        RAISE EXCEPTION 'evidence is sealed: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER sealed BEFORE UPDATE OR DELETE ON mlops_evidence
    FOR EACH ROW EXECUTE FUNCTION wardlight_refuse_change_of_sealed();
"""

UNGUARD = """
DROP TRIGGER sealed ON mlops_evidence;
DROP FUNCTION wardlight_refuse_change_of_sealed();
DROP TRIGGER append_only ON mlops_tenure;
DROP TRIGGER append_only ON mlops_decision;
"""


class Migration(migrations.Migration):
    dependencies = [("mlops", "0001_initial"), ("clinical", "0002_database_guards")]
    operations = [migrations.RunSQL(GUARDS, UNGUARD)]
