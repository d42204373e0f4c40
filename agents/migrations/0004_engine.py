"""The engine's statements: tasks are claimed brand after brand, and stages are finished as sets (docs/adr/0014)."""

from pathlib import Path

from django.db import migrations, models

from chimera.core import sqlops

ROOMS = Path(__file__).parent.parent
CLAIM = ROOMS.parent / "governance" / "leases" / "sql" / "claim_in_turn.sql"


class Migration(migrations.Migration):
    dependencies = [("agents", "0003_schedule"), ("governance", "0004_sets"), ("publishing", "0003_in_turn")]

    operations = [
        migrations.AddField("artifact", "inputs", models.JSONField(default=dict, db_default={})),
        sqlops.sql_file(CLAIM, table="agents_task", subject="agents.task"),
        sqlops.sql_file(ROOMS / "tasks" / "sql" / "take.sql"),
        sqlops.sql_file(ROOMS / "tasks" / "sql" / "finish.sql"),
        sqlops.sql_file(ROOMS / "tasks" / "sql" / "begin.sql"),
    ]
