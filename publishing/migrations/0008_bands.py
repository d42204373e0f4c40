"""Near texts and images are found by bands that they share, at one price over any number of posts."""

from pathlib import Path

from django.db import migrations

from chimera.core import sqlops

SQL = Path(__file__).parent.parent / "fingerprints" / "sql" / "bands.sql"


class Migration(migrations.Migration):
    dependencies = [("publishing", "0007_fingerprints")]

    operations = [sqlops.sql_file(SQL)]
