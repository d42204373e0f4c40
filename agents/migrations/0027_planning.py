"""A plan is held against time and money by the statement that would begin it; a goal says why it did not begin."""

from pathlib import Path

from django.db import migrations, models

from chimera.core import sqlops

TASKS = Path(__file__).parent.parent / "tasks" / "sql"
# What lays plans out answers in another form than before; it stands in one file with what ends stages.
FORMER = """
DROP FUNCTION agents_task_release(bigint, bigint[]);
DROP FUNCTION agents_task_proposed(bigint, text, boolean, jsonb);
DROP FUNCTION agents_task_accepted(bigint, text, boolean, jsonb);
DROP FUNCTION agents_task_committed(bigint, text, jsonb);
DROP FUNCTION agents_goal_close(bigint, bigint[]);
DROP FUNCTION agents_plan_lay_out(bigint, jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("agents", "0026_board_figures"), ("governance", "0002_promises"), ("publishing", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="goal",
            name="note",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        sqlops.sql_file(TASKS / "refuse.sql"),
        migrations.RunSQL(FORMER, reverse_sql=migrations.RunSQL.noop),
        sqlops.sql_file(TASKS / "finish.sql"),
    ]
