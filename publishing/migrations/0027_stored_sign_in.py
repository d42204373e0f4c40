"""A sign-in that is good is read in one statement, without a lock: a publish on Instagram waited 5 ms for it."""

from pathlib import Path

from django.db import migrations

from chimera.core import sqlops

SQL = Path(__file__).parent.parent / "credentials" / "sql"


class Migration(migrations.Migration):
    dependencies = [("publishing", "0026_reverted_and_verified")]

    operations = [sqlops.sql_file(SQL / "stored.sql")]
