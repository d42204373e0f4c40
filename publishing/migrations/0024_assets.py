"""Assets grow cold, are forgotten when nothing names them, and their bytes are collected."""

from pathlib import Path

from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

SQL = Path(__file__).parent.parent / "media" / "sql"
NAME, TASK, SECONDS = "tend assets", "publishing.tend_assets", 600


def seed(apps, schema_editor):
    """Write it when it is not there; an operator's edit stays."""
    interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    every, _ = interval.objects.get_or_create(every=SECONDS, period="seconds")
    task.objects.get_or_create(name=NAME, defaults={"task": TASK, "interval": every, "queue": "sweep"})


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0008_pii"),
        ("governance", "0033_labelled"),
        ("publishing", "0023_likeness_of_personas"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.AddField(
            model_name="asset",
            name="tier",
            field=models.CharField(
                choices=[("hot", "hot"), ("warm", "warm"), ("cold", "cold")],
                db_default="hot",
                default="hot",
                max_length=4,
            ),
        ),
        migrations.AddField(
            model_name="asset",
            name="used_at",
            field=models.DateTimeField(db_default=chimera.core.clock.Now()),
        ),
        migrations.AddConstraint(
            model_name="asset",
            constraint=models.CheckConstraint(
                condition=models.Q(("tier__in", ["hot", "warm", "cold"])), name="asset_tier_is_known"
            ),
        ),
        migrations.AddIndex(
            model_name="asset",
            index=models.Index(fields=["brand", "tier", "used_at"], name="asset_by_use"),
        ),
        sqlops.sql_file(SQL / "assets.sql"),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
