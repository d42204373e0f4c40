"""How posts do: one reading per post and step, and how many were read on a platform today."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

SQL = Path(__file__).parent.parent / "metrics" / "sql"
NAME, TASK, SECONDS = "read figures", "publishing.figures", 60
FIGURES = ("views", "likes", "replies", "reposts", "saves")


def seed(apps, schema_editor):
    """Write it when it is not there; an operator's edit stays."""
    interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    every, _ = interval.objects.get_or_create(every=SECONDS, period="seconds")
    task.objects.get_or_create(name=NAME, defaults={"task": TASK, "interval": every, "queue": "sweep"})


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0008_pii"),
        ("publishing", "0020_verification"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReadCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.CharField(max_length=20)),
                ("day", models.DateField()),
                ("used", models.IntegerField()),
                ("used_max", models.IntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("platform", "day"), name="readcount_once_per_platform_and_day"),
                    models.CheckConstraint(condition=models.Q(("used__gte", 0)), name="readcount_not_negative"),
                    models.CheckConstraint(
                        condition=models.Q(("used__lte", models.F("used_max"))), name="readcount_within_its_day"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step_s", models.IntegerField()),
                ("taken_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                ("is_gone", models.BooleanField(db_default=False, default=False)),
                *((name, models.BigIntegerField(null=True)) for name in FIGURES),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="publishing.post",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("brand", "post", "step_s"), name="reading_once_per_post_and_step"),
                    models.CheckConstraint(condition=models.Q(("step_s__gte", 1)), name="reading_step_is_an_age"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("likes__gte", 0),
                            ("replies__gte", 0),
                            ("reposts__gte", 0),
                            ("saves__gte", 0),
                            ("views__gte", 0),
                        ),
                        name="reading_figures_are_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_gone", False),
                            models.Q(
                                ("likes__isnull", True),
                                ("replies__isnull", True),
                                ("reposts__isnull", True),
                                ("saves__isnull", True),
                                ("views__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="reading_of_what_is_gone_has_no_figures",
                    ),
                ],
            },
        ),
        sqlops.fleet("publishing_readcount", app="SELECT"),
        sqlops.sql_file(SQL / "reads.sql"),
        sqlops.tenant("publishing_reading", app="SELECT, INSERT", operator="SELECT, INSERT"),
        sqlops.composite_key("publishing_reading", "post_id", "publishing_post"),
        sqlops.append_only("publishing_reading"),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
