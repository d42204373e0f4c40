"""Retention of the record: acts that put old events away, the function that may, and its day in the schedule."""

from pathlib import Path

from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

SQL = Path(__file__).parent.parent / "inspection" / "sql" / "putaway.sql"
NAME, TASK, SECONDS = "put old events away", "governance.put_away", 86400


def seed(apps, schema_editor):
    """Write it when it is not there; an operator's edit stays."""
    interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    every, _ = interval.objects.get_or_create(every=SECONDS, period="seconds")
    task.objects.get_or_create(name=NAME, defaults={"task": TASK, "interval": every, "queue": "sweep"})


class Migration(migrations.Migration):
    dependencies = [
        ("governance", "0019_sealed_promises"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.CreateModel(
            name="PutAway",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_seq", models.BigIntegerField()),
                ("last_seq", models.BigIntegerField()),
                ("before", models.DateTimeField()),
                ("at", models.DateTimeField(db_default=chimera.core.clock.Now())),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first_seq__gte", 0), ("last_seq__gte", models.F("first_seq"))),
                        name="putaway_is_a_stretch",
                    )
                ],
            },
        ),
        sqlops.fleet("governance_putaway", app=""),
        sqlops.audited(
            "governance_putaway",
            subject="governance.putaway",
            body=["first_seq", "last_seq", "before"],
            versioned=False,
        ),
        sqlops.append_only("governance_putaway"),
        sqlops.sql_file(SQL),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
