"""Cards that are there learn which campaign or trend they belong to; a claim finds the yes by the hash that it covers."""

from pathlib import Path
from typing import Any

from django.db import migrations

from chimera.core import sqlops

TAKE = Path(__file__).parent.parent / "tasks" / "sql" / "take.sql"
FORMER = """
DROP FUNCTION agents_task_take(text, text[], integer, text, interval, bigint);
DROP FUNCTION agents_task_upstream(bigint, bigint);
"""
_FILL = """
UPDATE governance_reviewitem r
   SET group_key = CASE WHEN g.campaign_id IS NOT NULL THEN 'agents.campaign:' || g.campaign_id
                        WHEN g.trend_id IS NOT NULL THEN 'publishing.trend:' || g.trend_id ELSE '' END
  FROM agents_task t JOIN agents_goal g ON g.brand_id = t.brand_id AND g.id = t.goal_id
 WHERE r.brand_id = t.brand_id AND r.task = 'agents.task:' || t.id AND r.group_key = ''
"""


def fill(apps: Any, schema_editor: Any) -> None:
    """Cards of all brands whose task is not in the archive."""
    with sqlops.over_all_brands(schema_editor, "governance_reviewitem", "agents_task", "agents_goal"):
        schema_editor.execute(_FILL)


class Migration(migrations.Migration):
    dependencies = [("agents", "0016_cohorts"), ("governance", "0025_hands_promises")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunSQL(FORMER, migrations.RunSQL.noop),
        sqlops.sql_file(TAKE),
    ]
