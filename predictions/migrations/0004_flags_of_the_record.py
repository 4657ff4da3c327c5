"""What was unusual about the record that a score was made from. Predictions made before this say nothing."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("predictions", "0003_reasons_beside_the_score")]
    operations = [
        migrations.AddField(
            model_name="prediction",
            name="input_flags",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=80),
                blank=True,
                default=list,
                help_text="What was unusual in the record.",
                size=None,
            ),
        ),
    ]
