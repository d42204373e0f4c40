"""Makings: images and clips that providers make, as rows; and the beat that looks at them."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

ROOMS = Path(__file__).parent.parent
LEASES = ROOMS.parent / "governance" / "leases" / "sql"
CLAIMED = {"table": "publishing_making", "subject": "publishing.making"}
NAME, TASK, SECONDS = "make images and clips", "publishing.make", 3
ARROWS = {
    "ASKED": ["BEGUN", "FAILED", "CANCELLED"],
    "BEGUN": ["ASKED", "RUNNING", "IN_DOUBT", "MADE", "UNSAFE", "FAILED"],
    "RUNNING": ["ASKED", "MADE", "UNSAFE", "FAILED", "CANCELLED"],
    "IN_DOUBT": ["RUNNING", "FAILED", "CANCELLED"],
    "MADE": [],
    "UNSAFE": [],
    "FAILED": [],
    "CANCELLED": [],
}


def seed(apps, schema_editor):
    """Write it when it is not there; an operator's edit stays."""
    interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    every, _ = interval.objects.get_or_create(every=SECONDS, period="seconds")
    task.objects.get_or_create(name=NAME, defaults={"task": TASK, "interval": every, "queue": "render"})


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0008_pii"),
        ("publishing", "0024_assets"),
        ("governance", "0032_reversals"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.CreateModel(
            name="Making",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("status", models.CharField(max_length=16)),
                ("state_version", models.IntegerField(default=1, editable=False)),
                ("queue", models.CharField(max_length=12)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), size=None),
                ),
                ("due_at", models.DateTimeField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("lease_owner", models.CharField(blank=True, default="", max_length=120)),
                ("fence", models.BigIntegerField(default=0)),
                ("attempts", models.IntegerField(default=0)),
                ("attempts_max", models.IntegerField(default=5)),
                ("priority", models.SmallIntegerField(default=5)),
                ("note", models.TextField(blank=True, default="")),
                ("key", models.CharField(max_length=120)),
                ("about", models.CharField(max_length=80)),
                ("maker", models.CharField(max_length=40)),
                ("vendor", models.CharField(max_length=20)),
                ("kind", models.CharField(max_length=5)),
                ("model", models.CharField(max_length=60)),
                ("request", models.JSONField()),
                ("request_hash", models.CharField(max_length=64)),
                ("item", models.CharField(max_length=80)),
                ("count", models.IntegerField()),
                ("begins", models.IntegerField(db_default=0, default=0)),
                ("tries", models.SmallIntegerField(db_default=0, default=0)),
                ("begun_at", models.DateTimeField(null=True)),
                ("task_name", models.CharField(blank=True, db_default="", default="", max_length=200)),
                ("cancel_asked_at", models.DateTimeField(null=True)),
                ("answer", models.CharField(blank=True, db_default="", default="", max_length=8)),
                ("content_hash", models.CharField(blank=True, db_default="", default="", max_length=64)),
                ("mime", models.CharField(blank=True, db_default="", default="", max_length=40)),
                ("spent_usd_micros", models.BigIntegerField(db_default=0, default=0)),
                ("asked_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "stage",
                    models.GeneratedField(
                        db_persist=True, expression=models.Value("make"), output_field=models.CharField(max_length=12)
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["brand", "about"], name="making_by_subject")],
                "constraints": [
                    models.UniqueConstraint(fields=("brand", "id"), name="making_brand_and_id"),
                    models.UniqueConstraint(fields=("brand", "key"), name="making_once_per_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("task_name", ""), _negated=True),
                        fields=("brand", "vendor", "task_name"),
                        name="making_once_per_task",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["ASKED", "BEGUN", "RUNNING", "IN_DOUBT", "MADE", "UNSAFE", "FAILED", "CANCELLED"],
                            )
                        ),
                        name="making_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["image", "clip"])), name="making_kind_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("about", ""), _negated=True), models.Q(("key", ""), _negated=True)
                        ),
                        name="making_is_about_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("count__gte", 1), models.Q(("item", ""), _negated=True)),
                        name="making_has_a_price",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tries__gte", 0), ("tries__lte", 3)), name="making_is_tried_a_few_times"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "RUNNING"), _negated=True),
                            models.Q(("task_name", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="making_that_runs_has_its_task",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "MADE"), _negated=True),
                            ("content_hash__regex", "^[0-9a-f]{64}$"),
                            _connector="OR",
                        ),
                        name="making_that_is_made_has_its_bytes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ["", "found", "lost", "nothing"])),
                        name="making_answer_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("spent_usd_micros__gte", 0)), name="making_costs_nothing_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", False), ("status__in", ("MADE", "UNSAFE", "FAILED", "CANCELLED"))
                            ),
                            models.Q(
                                models.Q(("status__in", ("MADE", "UNSAFE", "FAILED", "CANCELLED")), _negated=True),
                                ("ended_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="making_has_an_end_when_it_ended",
                    ),
                ],
            },
        ),
        sqlops.tenant("publishing_making", operator="SELECT, UPDATE"),
        sqlops.guarded("publishing_making", arrows=ARROWS, initial=["ASKED"]),
        sqlops.audited("publishing_making", subject="publishing.making", body=["request_hash", "begins"]),
        sqlops.sql_file(LEASES / "claim.sql", **CLAIMED),
        sqlops.sql_file(LEASES / "claim_in_turn.sql", **CLAIMED),
        sqlops.sql_file(LEASES / "release.sql", table="publishing_making"),
        sqlops.sql_file(ROOMS / "media" / "making" / "sql" / "makings.sql"),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
