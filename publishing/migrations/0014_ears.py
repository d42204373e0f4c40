"""The fleet listens in one statement."""

from pathlib import Path

from django.db import migrations, models

from chimera.core import sqlops

SQL = Path(__file__).parent.parent / "inbox" / "sql"


class Migration(migrations.Migration):
    dependencies = [("publishing", "0013_counting")]

    operations = [
        migrations.AlterField("cursor", "note", models.CharField(blank=True, default="", max_length=500)),
        sqlops.sql_file(SQL / "ears.sql"),
    ]
