"""Replays in the background, with how far they are and what they found."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

ROOMS = Path(__file__).parent.parent


class Migration(migrations.Migration):
    dependencies = [("agents", "0020_blueprints"), ("core", "0005_archivist")]

    operations = [
        migrations.CreateModel(
            name="ShadowRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("status", models.CharField(max_length=16)),
                ("state_version", models.IntegerField(default=1, editable=False)),
                ("goal_number", models.BigIntegerField()),
                ("task_number", models.BigIntegerField(null=True)),
                ("asked_by", models.CharField(max_length=160)),
                ("asked_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                ("steps_total", models.IntegerField(default=0)),
                ("steps_done", models.IntegerField(default=0)),
                ("results", models.JSONField(default=list)),
                ("beat_at", models.DateTimeField(null=True)),
                ("tries", models.IntegerField(default=0)),
                ("ended_at", models.DateTimeField(null=True)),
                ("note", models.TextField(blank=True, default="")),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="shadowrun",
            index=models.Index(fields=["brand", "goal_number", "-id"], name="shadowrun_by_goal"),
        ),
        migrations.AddConstraint(
            model_name="shadowrun",
            constraint=models.UniqueConstraint(fields=("brand", "id"), name="shadowrun_brand_and_id"),
        ),
        migrations.AddConstraint(
            model_name="shadowrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ("WAITING", "RUNNING"))),
                fields=("brand", "goal_number"),
                name="shadowrun_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="shadowrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["WAITING", "RUNNING", "DONE", "FAILED"])),
                name="shadowrun_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="shadowrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("steps_done__gte", 0), ("steps_done__lte", models.F("steps_total"))),
                name="shadowrun_does_what_there_is",
            ),
        ),
        sqlops.tenant("agents_shadowrun"),
        sqlops.guarded(
            "agents_shadowrun",
            arrows={
                "WAITING": ["RUNNING", "FAILED"],
                "RUNNING": ["DONE", "FAILED", "WAITING"],
                "DONE": [],
                "FAILED": [],
            },
            initial=["WAITING"],
        ),
        sqlops.audited("agents_shadowrun", subject="agents.shadowrun", body=["goal_number", "task_number", "tries"]),
        sqlops.sql_file(ROOMS / "runs" / "sql" / "runs.sql"),
    ]
