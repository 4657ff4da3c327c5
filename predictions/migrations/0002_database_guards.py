"""Unit scope on predictions and worklist, and predictions that nobody can rewrite."""

from django.db import migrations

GUARDS = """
ALTER TABLE predictions_prediction ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY unit_scope ON predictions_prediction USING (
    EXISTS (SELECT 1 FROM clinical_encounter e WHERE e.id = predictions_prediction.encounter_id));

ALTER TABLE predictions_worklistentry ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY unit_scope ON predictions_worklistentry USING (unit_id = ANY ((SELECT wardlight_units())::integer[]));

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON predictions_prediction
    FOR EACH STATEMENT EXECUTE FUNCTION wardlight_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON predictions_featureschema
    FOR EACH STATEMENT EXECUTE FUNCTION wardlight_refuse_change();
"""

UNGUARD = """
DROP TRIGGER append_only ON predictions_featureschema;
DROP TRIGGER append_only ON predictions_prediction;
DROP POLICY unit_scope ON predictions_worklistentry;
ALTER TABLE predictions_worklistentry DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
DROP POLICY unit_scope ON predictions_prediction;
ALTER TABLE predictions_prediction DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("predictions", "0001_initial"), ("clinical", "0002_database_guards")]
    operations = [migrations.RunSQL(GUARDS, UNGUARD)]
