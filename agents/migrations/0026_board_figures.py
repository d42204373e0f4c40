"""The board counts by a function, from indexes alone; another asks how long things took, and keeps to indexes."""

from pathlib import Path

from django.db import migrations, models

from chimera.core import sqlops

BOARD = Path(__file__).parent.parent / "board" / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0025_mentions"),
        ("governance", "0031_counting"),
        ("publishing", "0013_counting"),
    ]

    operations = [
        migrations.RemoveIndex("task", "task_outward_by_end"),
        migrations.AddIndex(
            "task",
            models.Index(
                fields=["ended_at"],
                include=["status", "brand"],
                condition=models.Q(outward=True, ended_at__isnull=False),
                name="task_outward_by_end",
            ),
        ),
        sqlops.sql_file(BOARD / "counted.sql"),
        sqlops.sql_file(BOARD / "took.sql"),
    ]
