"""The archivist: the one role that may delete, and what it may forget on the ground floor."""

from pathlib import Path

from django.db import migrations

from chimera.core import sqlops


class Migration(migrations.Migration):
    dependencies = [("core", "0004_circuits"), ("sessions", "0001_initial")]

    operations = [sqlops.sql_file(Path(__file__).parent.parent / "sql" / "archivist.sql")]
