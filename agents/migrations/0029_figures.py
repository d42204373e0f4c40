"""A goal says what spoke for it: what the figures of former posts taught."""

from pathlib import Path

from django.db import migrations, models

from chimera.core import sqlops

TASKS = Path(__file__).parent.parent / "tasks" / "sql"


class Migration(migrations.Migration):
    dependencies = [("agents", "0028_reversals"), ("publishing", "0021_figures")]

    operations = [
        migrations.AddField(
            model_name="goal",
            name="reason",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.RunSQL("DROP FUNCTION agents_goal_begin(bigint, text, jsonb);", reverse_sql=migrations.RunSQL.noop),
        sqlops.sql_file(TASKS / "begin.sql"),
    ]
