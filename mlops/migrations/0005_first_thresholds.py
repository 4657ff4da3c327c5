"""The bounds that a fresh installation starts with; from here on they are the administrator's."""

from django.db import migrations

# metric: notice, warning, alarm, fewest rows. Differences of shares and areas are absolute, those of the mean score and of the
# number of predictions relative.
FIRST = {
    "volume": (0.5, 0.75, 0.95, 0),
    "missing": (0.02, 0.03, 0.05, 100),
    "feature_psi": (0.1, 0.2, 0.25, 100),
    "feature_ks": (0.1, 0.15, 0.25, 100),
    "score_psi": (0.1, 0.2, 0.25, 100),
    "score_mean": (0.1, 0.2, 0.3, 100),
    "share_above": (0.05, 0.1, 0.15, 100),
    "expected_auc": (0.01, 0.02, 0.05, 200),
    "expected_precision": (0.02, 0.04, 0.08, 200),
    "expected_recall": (0.03, 0.06, 0.1, 200),
    "auc": (0.01, 0.03, 0.05, 500),
    "subgroup_auc": (0.005, 0.02, 0.05, 500),
    "calibration_slope": (0.1, 0.2, 0.3, 500),
    "calibration_in_the_large": (0.1, 0.2, 0.3, 500),
    "observed": (0.01, 0.03, 0.05, 500),
}


def fill(apps, schema_editor):
    thresholds = apps.get_model("mlops", "DriftThreshold").objects.using(schema_editor.connection.alias)
    for metric, (notice, warning, alarm, minimum_n) in FIRST.items():
        bounds = {"notice": notice, "warning": warning, "alarm": alarm, "minimum_n": minimum_n}
        thresholds.get_or_create(metric=metric, defaults=bounds)


class Migration(migrations.Migration):
    dependencies = [("mlops", "0004_watching")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
