"""What one goal says on several platforms is no repetition."""

from pathlib import Path

from django.db import migrations

from chimera.core import sqlops

SQL = Path(__file__).parent.parent / "fingerprints" / "sql"


class Migration(migrations.Migration):
    dependencies = [("publishing", "0015_credentials")]

    operations = [sqlops.sql_file(SQL / "siblings.sql")]
