"""The desk may copy a former result into a new run of a goal, and write no other."""

from pathlib import Path

from django.db import migrations

from chimera.core import sqlops

REUSE = Path(__file__).parent.parent / "replay" / "sql" / "reuse.sql"


class Migration(migrations.Migration):
    dependencies = [("agents", "0005_lean_keys")]

    operations = [sqlops.sql_file(REUSE)]
