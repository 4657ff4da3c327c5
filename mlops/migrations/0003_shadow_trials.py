"""Shadow trials, their scores and reports, and what PostgreSQL refuses about them."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# a score is seen by whom the prediction is seen; scores and reports are only added to; a trial that has ended stays as it is
GUARDS = """
ALTER TABLE mlops_shadowscore ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY unit_scope ON mlops_shadowscore USING (
    EXISTS (SELECT 1 FROM predictions_prediction p WHERE p.id = mlops_shadowscore.prediction_id));

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON mlops_shadowscore
    FOR EACH STATEMENT EXECUTE FUNCTION wardlight_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON mlops_shadowreport
    FOR EACH STATEMENT EXECUTE FUNCTION wardlight_refuse_change();

CREATE FUNCTION wardlight_refuse_change_of_ended_trial() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL
        OR (NEW.version_id, NEW.champion_id, NEW.started_by_id, NEW.started_at, NEW.reason)
            IS DISTINCT FROM (OLD.version_id, OLD.champion_id, OLD.started_by_id, OLD.started_at, OLD.reason) THEN
        RAISE EXCEPTION 'a trial is not rewritten: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON mlops_shadowtrial
    FOR EACH ROW EXECUTE FUNCTION wardlight_refuse_change_of_ended_trial();
"""

UNGUARD = """
DROP TRIGGER kept ON mlops_shadowtrial;
DROP FUNCTION wardlight_refuse_change_of_ended_trial();
DROP TRIGGER append_only ON mlops_shadowreport;
DROP TRIGGER append_only ON mlops_shadowscore;
DROP POLICY unit_scope ON mlops_shadowscore;
ALTER TABLE mlops_shadowscore DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("mlops", "0002_database_guards"),
        ("predictions", "0006_signed_versions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ShadowReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("body", models.JSONField()),
                ("sha256", models.CharField(help_text="Of the body's canonical JSON.", max_length=64)),
            ],
            options={
                "ordering": ("-made_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="ShadowTrial",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(default="readmission-30d", max_length=40)),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("reason", models.TextField(help_text="What the trial is to find out.")),
                ("read_up_to", models.BigIntegerField(default=0)),
                (
                    "failure",
                    models.CharField(blank=True, help_text="Why the candidate does not score at present.", max_length=300),
                ),
                ("failed_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_because", models.CharField(blank=True, max_length=300)),
                ("decision", models.CharField(blank=True, choices=[("go", "Go"), ("no_go", "No-go")], max_length=5)),
                ("decision_reason", models.TextField(blank=True)),
                (
                    "seal",
                    models.CharField(blank=True, help_text="SHA-256 of the report that the decision rests on.", max_length=64),
                ),
                (
                    "champion",
                    models.ForeignKey(
                        help_text="When it began.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="predictions.modelversion",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "rests_on",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mlops.shadowreport",
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shadow_trials", to="predictions.modelversion"
                    ),
                ),
            ],
            options={
                "ordering": ("-started_at",),
            },
        ),
        migrations.CreateModel(
            name="ShadowScore",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("risk_probability", models.FloatField()),
                ("band", models.CharField(help_text="By the candidate's own bands.", max_length=12)),
                ("scored_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "prediction",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shadow_scores",
                        to="predictions.prediction",
                    ),
                ),
                (
                    "trial",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scores",
                        to="mlops.shadowtrial",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="shadowreport",
            name="trial",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="reports", to="mlops.shadowtrial"
            ),
        ),
        migrations.AddConstraint(
            model_name="shadowtrial",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)), fields=("name",), name="shadow_one_open_trial_for_each_model"
            ),
        ),
        migrations.AddConstraint(
            model_name="shadowtrial",
            constraint=models.CheckConstraint(
                condition=models.Q(("decision__in", ("", "go", "no_go"))), name="shadow_decision_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="shadowtrial",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_by__isnull", True), ("decision", ""), ("seal", "")),
                    models.Q(
                        ("decided_by__isnull", False),
                        ("ended_at__isnull", False),
                        ("rests_on__isnull", False),
                        models.Q(("decision", ""), _negated=True),
                        models.Q(("seal", ""), _negated=True),
                        models.Q(("decision_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="shadow_decision_is_signed_and_sealed",
            ),
        ),
        migrations.AddConstraint(
            model_name="shadowtrial",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="shadow_trial_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="shadowtrial",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_at__isnull", True), models.Q(("ended_because", ""), _negated=True), _connector="OR"),
                name="shadow_end_has_a_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="shadowscore",
            index=models.Index(fields=["trial", "prediction"], name="shadow_scores_of_trial"),
        ),
        migrations.AddConstraint(
            model_name="shadowscore",
            constraint=models.UniqueConstraint(fields=("prediction", "trial"), name="shadow_score_once_for_each_prediction"),
        ),
        migrations.AddConstraint(
            model_name="shadowscore",
            constraint=models.CheckConstraint(
                condition=models.Q(("risk_probability__range", (0, 1))), name="shadow_probability_in_range"
            ),
        ),
        migrations.RunSQL(GUARDS, UNGUARD),
    ]
