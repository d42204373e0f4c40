"""Acts that were surely not begun can be taken back, from the desk too."""

from pathlib import Path

from django.db import migrations

from chimera.core import sqlops

EFFECTS = Path(__file__).parent.parent / "effects" / "sql"


class Migration(migrations.Migration):
    dependencies = [("governance", "0008_doubt")]

    operations = [sqlops.sql_file(EFFECTS / "withdraw.sql")]
