from django.db import migrations, models
from django.db.models.deletion import PROTECT


class Migration(migrations.Migration):
    dependencies = [
        ("predictions", "0006_signed_versions"),
    ]

    operations = [
        migrations.CreateModel(
            name="ServingProcess",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "process",
                    models.CharField(help_text="Host, process id and start, with colons between.", max_length=120, unique=True),
                ),
                ("role", models.CharField(max_length=10)),
                ("since", models.DateTimeField(blank=True, null=True)),
                ("refused_reason", models.CharField(blank=True, max_length=300)),
                ("refused_at", models.DateTimeField(blank=True, null=True)),
                ("seen_at", models.DateTimeField()),
                (
                    "holds",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=PROTECT, related_name="+", to="predictions.modelversion"
                    ),
                ),
                (
                    "refused",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=PROTECT, related_name="+", to="predictions.modelversion"
                    ),
                ),
            ],
            options={"verbose_name_plural": "serving processes", "ordering": ("process",)},
        ),
    ]
