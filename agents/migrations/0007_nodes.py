"""Worker nodes, and the end of the leases of those that are lost."""

from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

RELEASE = Path(__file__).parent.parent.parent / "governance" / "leases" / "sql" / "release.sql"


class Migration(migrations.Migration):
    dependencies = [("agents", "0006_reuse"), ("publishing", "0004_lean_keys")]

    operations = [
        migrations.CreateModel(
            name="Node",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("status", models.CharField(max_length=16)),
                ("state_version", models.IntegerField(default=1, editable=False)),
                ("name", models.CharField(max_length=60, unique=True)),
                ("host", models.CharField(max_length=80)),
                ("pid", models.IntegerField()),
                (
                    "queues",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=12), size=None),
                ),
                ("capabilities", models.JSONField()),
                ("version", models.CharField(max_length=20)),
                ("incarnation", models.IntegerField(default=1)),
                ("started_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                ("heartbeat_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["ALIVE", "DRAINING", "LOST", "GONE"])),
                        name="node_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name__contains", "."), _negated=True),
                        name="node_name_ends_at_the_first_dot",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("incarnation__gte", 1)), name="node_incarnations_count_from_one"
                    ),
                ],
            },
        ),
        sqlops.fleet("agents_node", app="SELECT, INSERT, UPDATE"),
        sqlops.guarded(
            "agents_node",
            arrows={
                "ALIVE": ["DRAINING", "LOST", "GONE"],
                "DRAINING": ["LOST", "GONE"],
                "LOST": ["ALIVE", "GONE"],
                "GONE": ["ALIVE"],
            },
            initial=["ALIVE"],
        ),
        sqlops.audited("agents_node", subject="agents.node", body=["name", "incarnation"]),
        sqlops.sql_file(RELEASE, table="agents_task"),
        sqlops.sql_file(RELEASE, table="publishing_post"),
    ]
