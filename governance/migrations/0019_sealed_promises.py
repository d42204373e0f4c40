"""What the database promises about the sealed record: no gap, one successor, never changed, written by the sealer."""

from pathlib import Path

from django.db import migrations

from chimera.core import sqlops

SQL = Path(__file__).parent.parent / "audit" / "sql" / "sealing.sql"


class Migration(migrations.Migration):
    dependencies = [("governance", "0018_sealing")]

    operations = [
        # What is signed is public. Places of entries are not a brand's to count: they would tell what others do.
        sqlops.fleet("governance_sealedevent", app=""),
        sqlops.fleet("governance_subtree", app=""),
        sqlops.fleet("governance_checkpoint"),
        sqlops.fleet("governance_checkpointkey"),
        sqlops.fleet("governance_anchoring"),
        sqlops.fleet("governance_sealing"),
        sqlops.fleet("governance_keyrotation", app="SELECT, INSERT", operator="SELECT, INSERT"),
        sqlops.audited("governance_keyrotation", subject="governance.keyrotation", versioned=False),
        *(
            sqlops.append_only(f"governance_{table}")
            for table in ("sealedevent", "subtree", "checkpoint", "checkpointkey", "keyrotation")
        ),
        sqlops.sql_file(SQL),
    ]
