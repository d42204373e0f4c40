"""The sweeper finds goals whose time is over."""

from pathlib import Path

from django.db import migrations

from chimera.core import sqlops

TASKS = Path(__file__).parent.parent / "tasks" / "sql"


class Migration(migrations.Migration):
    dependencies = [("agents", "0009_archive_schedule")]

    operations = [sqlops.sql_file(TASKS / "late.sql")]
