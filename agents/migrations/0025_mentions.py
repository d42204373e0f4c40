"""A goal may begin on another queue than posts do: replies overtake."""

from pathlib import Path

from django.db import migrations

from chimera.core import sqlops

TASKS = Path(__file__).parent.parent / "tasks" / "sql"


class Migration(migrations.Migration):
    dependencies = [("agents", "0024_memory")]

    operations = [
        migrations.RunSQL("DROP FUNCTION agents_goal_begin(bigint, text, jsonb);", reverse_sql=migrations.RunSQL.noop),
        sqlops.sql_file(TASKS / "begin.sql"),
    ]
