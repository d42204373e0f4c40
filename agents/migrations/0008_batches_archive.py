"""The batch of a goal, and the archive: tables, what the database promises for them, and the archivist's functions."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

ARCHIVE = Path(__file__).parent.parent / "archive" / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0007_nodes"),
        ("core", "0005_archivist"),
        ("governance", "0007_open_work"),
        ("publishing", "0004_lean_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="ArchivedGoal",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("agent_id", models.BigIntegerField()),
                ("cause", models.CharField(max_length=160)),
                ("batch", models.CharField(blank=True, default="", max_length=80)),
                ("wish", models.TextField()),
                ("ended_as", models.CharField(max_length=16)),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField()),
                ("archived_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                ("spent_usd_micros", models.BigIntegerField()),
                ("counts", models.JSONField()),
                ("body", models.BinaryField()),
                (
                    "content_hash",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.Func(models.F("body"), function="sha256"), models.Value("hex"), function="encode"
                        ),
                        output_field=models.CharField(max_length=64),
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ArchivedTask",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=40)),
                ("outward", models.BooleanField()),
                ("ended_as", models.CharField(max_length=16)),
            ],
        ),
        migrations.AddField(
            model_name="goal",
            name="batch",
            field=models.CharField(blank=True, db_default="", default="", max_length=80),
        ),
        migrations.AddIndex(
            model_name="goal",
            index=models.Index(
                condition=models.Q(("batch", ""), _negated=True), fields=["brand", "batch"], name="goal_by_batch"
            ),
        ),
        migrations.AddIndex(
            model_name="goal",
            index=models.Index(
                condition=models.Q(("status__in", ["DONE", "FAILED", "CANCELLED"])),
                fields=["brand", "made_at"],
                name="goal_to_archive",
            ),
        ),
        migrations.AddField(
            model_name="archivedgoal",
            name="brand",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
            ),
        ),
        migrations.AddField(
            model_name="archivedtask",
            name="brand",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
            ),
        ),
        migrations.AddField(
            model_name="archivedtask",
            name="goal",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, to="agents.archivedgoal"
            ),
        ),
        migrations.AddIndex(
            model_name="archivedgoal",
            index=models.Index(fields=["brand", "ended_at"], name="archivedgoal_by_end"),
        ),
        migrations.AddIndex(
            model_name="archivedgoal",
            index=models.Index(fields=["brand", "cause"], name="archivedgoal_by_cause"),
        ),
        migrations.AddIndex(
            model_name="archivedgoal",
            index=models.Index(fields=["brand", "made_at"], name="archivedgoal_by_start"),
        ),
        migrations.AddConstraint(
            model_name="archivedgoal",
            constraint=models.UniqueConstraint(fields=("brand", "id"), name="archivedgoal_brand_and_id"),
        ),
        migrations.AddConstraint(
            model_name="archivedgoal",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_at__gte", models.F("made_at"))), name="archivedgoal_ends_after_start"
            ),
        ),
        migrations.AddConstraint(
            model_name="archivedtask",
            constraint=models.UniqueConstraint(fields=("brand", "id"), name="archivedtask_brand_and_id"),
        ),
        sqlops.tenant("agents_archivedgoal", app="SELECT", operator="SELECT"),
        sqlops.append_only("agents_archivedgoal"),
        sqlops.audited(
            "agents_archivedgoal", subject="agents.archivedgoal", versioned=False, body=["agent_id", "content_hash"]
        ),
        sqlops.tenant("agents_archivedtask", app="SELECT", operator="SELECT"),
        sqlops.composite_key("agents_archivedtask", "goal_id", "agents_archivedgoal"),
        sqlops.append_only("agents_archivedtask"),
        sqlops.sql_file(ARCHIVE / "archive.sql"),
        sqlops.sql_file(ARCHIVE / "forgetting.sql"),
    ]
