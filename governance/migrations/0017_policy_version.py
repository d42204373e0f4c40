"""The version of a brand's policies, for whoever makes or judges a result."""

from pathlib import Path

from django.db import migrations

from chimera.core import sqlops

POLICIES = Path(__file__).parent.parent / "policies" / "sql"


class Migration(migrations.Migration):
    dependencies = [("governance", "0016_judging")]

    operations = [sqlops.sql_file(POLICIES / "version.sql")]
