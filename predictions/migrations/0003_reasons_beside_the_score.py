"""The main reasons in words on each line of the worklist; lines written before this wait to be scored again for theirs."""

import django.contrib.postgres.fields
from django.db import migrations, models

WAIT = """
SELECT set_config('wardlight.units', (SELECT coalesce(string_agg(id::text, ','), '') FROM clinical_careunit), true);
UPDATE predictions_worklistentry SET waits_for_score = true WHERE prediction_id IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("predictions", "0002_database_guards")]
    operations = [
        migrations.AddField(
            model_name="worklistentry",
            name="reasons",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, size=None),
        ),
        migrations.RunSQL(WAIT, migrations.RunSQL.noop),
    ]
