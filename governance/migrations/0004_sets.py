"""Money for a set of rows in one call, and money of a lost call that counts as spent."""

from pathlib import Path

from django.db import migrations, models

from chimera.core import sqlops

ROOMS = Path(__file__).parent.parent


class Migration(migrations.Migration):
    dependencies = [("governance", "0003_neighbours")]

    operations = [
        migrations.AddField("hold", "spent_if_lost", models.BooleanField(default=False, db_default=False)),
        sqlops.sql_file(ROOMS / "budgets" / "sql" / "sets.sql"),
    ]
