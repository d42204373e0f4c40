"""A post that was taken down is over: its goal may go into the archive."""

from pathlib import Path

from django.db import migrations

from chimera.core import sqlops

SQL = Path(__file__).parent.parent / "archive" / "sql" / "reverted.sql"


class Migration(migrations.Migration):
    dependencies = [("agents", "0027_planning"), ("publishing", "0017_reversals")]

    operations = [sqlops.sql_file(SQL)]
