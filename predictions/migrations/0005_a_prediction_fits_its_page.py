"""A prediction stays in one piece: its two rows of numbers together are above the two kilobytes from which PostgreSQL would
compress them and put them aside, which takes a good part of the time of scoring everybody. Half a page is the new limit."""

from django.db import migrations

INLINE = "ALTER TABLE predictions_prediction SET (toast_tuple_target = 4080);"
AS_BEFORE = "ALTER TABLE predictions_prediction RESET (toast_tuple_target);"


class Migration(migrations.Migration):
    dependencies = [("predictions", "0004_flags_of_the_record")]
    operations = [migrations.RunSQL(INLINE, AS_BEFORE)]
