"""Pauses that the governor imposes itself: why, and until when (docs/adr/0019)."""

from pathlib import Path

from django.db import migrations, models

from chimera.core import sqlops

ROOMS = Path(__file__).parent.parent


class Migration(migrations.Migration):
    dependencies = [("governance", "0012_windows_and_entries")]

    operations = [
        migrations.AddField(
            model_name="control",
            name="cause",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=12),
        ),
        migrations.AddField(
            model_name="control",
            name="until",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="control",
            constraint=models.CheckConstraint(
                condition=models.Q(("cause__in", ["", "exhausted", "anomaly"])), name="control_cause_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="control",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__isnull", True), ("cause", "exhausted"), _connector="OR"),
                name="control_only_exhaustion_ends_by_itself",
            ),
        ),
        sqlops.sql_file(ROOMS / "budgets" / "sql" / "gates.sql"),
    ]
