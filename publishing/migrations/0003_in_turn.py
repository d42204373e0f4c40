"""Posts are claimed brand after brand."""

from pathlib import Path

from django.db import migrations

from chimera.core import sqlops

CLAIM = Path(__file__).parent.parent.parent / "governance" / "leases" / "sql" / "claim_in_turn.sql"


class Migration(migrations.Migration):
    dependencies = [("publishing", "0002_promises"), ("governance", "0004_sets")]

    operations = [sqlops.sql_file(CLAIM, table="publishing_post", subject="publishing.post")]
