"""Outward tasks can be counted by when they ended."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agents", "0018_review_groups")]

    operations = [
        migrations.AddIndex(
            "task",
            models.Index(
                fields=["ended_at"],
                include=["status"],
                condition=models.Q(outward=True, ended_at__isnull=False),
                name="task_outward_by_end",
            ),
        ),
    ]
