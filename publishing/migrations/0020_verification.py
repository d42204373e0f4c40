"""What goes out is labelled, whoever writes the statement."""

from pathlib import Path

from django.db import migrations, models

from chimera.core import sqlops

SQL = Path(__file__).parent.parent / "posts" / "sql"


class Migration(migrations.Migration):
    dependencies = [("governance", "0032_labelled"), ("publishing", "0015_credentials")]

    operations = [
        migrations.AddConstraint(
            "post",
            models.CheckConstraint(
                condition=models.Q(("payload__contains", {"ai_generated": True})), name="post_is_labelled"
            ),
        ),
        sqlops.sql_file(SQL / "labelled.sql"),
    ]
