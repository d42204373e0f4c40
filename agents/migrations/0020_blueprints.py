"""Plans that wait for a look: held without tasks, edited, started. Steps may have parameters and times of their own."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

ROOMS = Path(__file__).parent.parent
# What lays plans out and what takes tasks know the parameters of a step: a database that has the former ones gets them anew.
FORMER = """
DROP FUNCTION agents_task_take(text, text[], integer, text, interval, bigint);
DROP FUNCTION agents_task_upstream(bigint, bigint);
DROP FUNCTION agents_task_release(bigint, bigint[]);
DROP FUNCTION agents_task_proposed(bigint, text, boolean, jsonb);
DROP FUNCTION agents_task_accepted(bigint, text, boolean, jsonb);
DROP FUNCTION agents_task_committed(bigint, text, jsonb);
DROP FUNCTION agents_goal_close(bigint, bigint[]);
DROP FUNCTION agents_plan_lay_out(bigint, jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("agents", "0019_board"), ("core", "0005_archivist")]

    operations = [
        migrations.AlterModelOptions(
            name="goal",
            options={"permissions": [("steer_goal", "Can cancel, retry and replay the runs of goals")]},
        ),
        migrations.AddField(
            model_name="task",
            name="params",
            field=models.JSONField(null=True),
        ),
        migrations.CreateModel(
            name="Blueprint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("status", models.CharField(max_length=16)),
                ("state_version", models.IntegerField(default=1, editable=False)),
                ("goal_number", models.BigIntegerField()),
                ("planning_number", models.BigIntegerField()),
                ("steps", models.JSONField()),
                ("estimate_usd_micros", models.BigIntegerField()),
                ("revision", models.IntegerField(db_default=0, default=0)),
                ("reason", models.TextField(blank=True, default="")),
                ("deadline", models.DateTimeField()),
                ("made_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
                    ),
                ),
            ],
            options={
                "permissions": [("edit_plan", "Can edit and start plans that wait for a look")],
            },
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.IntegerField()),
                ("before", models.JSONField()),
                ("after", models.JSONField()),
                ("before_hash", models.CharField(max_length=64)),
                ("after_hash", models.CharField(max_length=64)),
                ("estimate_before", models.BigIntegerField()),
                ("estimate_after", models.BigIntegerField()),
                ("by", models.CharField(max_length=160)),
                ("reason", models.TextField()),
                ("at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                (
                    "blueprint",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agents.blueprint",
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="blueprint",
            index=models.Index(
                condition=models.Q(("status", "HELD")), fields=["brand", "deadline"], name="blueprint_that_waits"
            ),
        ),
        migrations.AddConstraint(
            model_name="blueprint",
            constraint=models.UniqueConstraint(fields=("brand", "id"), name="blueprint_brand_and_id"),
        ),
        migrations.AddConstraint(
            model_name="blueprint",
            constraint=models.UniqueConstraint(fields=("brand", "goal_number"), name="blueprint_once_per_goal"),
        ),
        migrations.AddConstraint(
            model_name="blueprint",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["HELD", "STARTED", "DROPPED"])), name="blueprint_status_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="blueprint",
            constraint=models.CheckConstraint(
                condition=models.Q(("estimate_usd_micros__gte", 0)), name="blueprint_estimate_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.UniqueConstraint(fields=("brand", "id"), name="revision_brand_and_id"),
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.UniqueConstraint(
                fields=("brand", "blueprint", "number"), name="revision_once_per_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="revision_is_counted"),
        ),
        sqlops.tenant("agents_blueprint"),
        sqlops.guarded(
            "agents_blueprint",
            arrows={"HELD": ["STARTED", "DROPPED"], "STARTED": [], "DROPPED": []},
            initial=["HELD"],
        ),
        sqlops.tenant("agents_revision", app="SELECT, INSERT", operator="SELECT, INSERT"),
        sqlops.append_only("agents_revision"),
        sqlops.composite_key("agents_revision", "blueprint_id", "agents_blueprint"),
        sqlops.sql_file(ROOMS / "blueprints" / "sql" / "blueprints.sql"),
        sqlops.audited(
            "agents_blueprint",
            subject="agents.blueprint",
            body=["goal_number", "planning_number", "revision", "estimate_usd_micros"],
        ),
        sqlops.audited(
            "agents_revision",
            subject="agents.revision",
            versioned=False,
            body=["blueprint_id", "number", "before_hash", "after_hash", "estimate_before", "estimate_after"],
        ),
        migrations.RunSQL(FORMER, reverse_sql=migrations.RunSQL.noop),
        sqlops.sql_file(ROOMS / "tasks" / "sql" / "take.sql"),
        sqlops.sql_file(ROOMS / "tasks" / "sql" / "finish.sql"),
    ]
