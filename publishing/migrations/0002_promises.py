"""What the database promises for publishing."""

from pathlib import Path

from django.db import migrations

from chimera.core import sqlops

CLAIM = Path(__file__).parent.parent.parent / "governance" / "leases" / "sql" / "claim.sql"


class Migration(migrations.Migration):
    dependencies = [("publishing", "0001_initial"), ("governance", "0002_promises")]

    operations = [
        sqlops.fleet("publishing_feed", app="SELECT, INSERT, UPDATE", operator="SELECT, INSERT, UPDATE"),
        sqlops.fleet("publishing_feeditem", app="SELECT, INSERT", operator="SELECT, INSERT"),
        sqlops.tenant("publishing_account"),
        sqlops.audited(
            "publishing_account", subject="publishing.account", versioned=False, body=["platform", "belongs_to"]
        ),
        sqlops.tenant("publishing_trend"),
        sqlops.tenant("publishing_asset", app="SELECT, INSERT"),
        sqlops.append_only("publishing_asset"),
        sqlops.tenant("publishing_post"),
        sqlops.composite_key("publishing_post", "account_id", "publishing_account"),
        sqlops.guarded(
            "publishing_post",
            arrows={
                "SCHEDULED": ["PUBLISHED", "FAILED", "HELD", "CANCELLED"],
                "HELD": ["SCHEDULED", "PUBLISHED", "FAILED", "CANCELLED"],
                "PUBLISHED": [],
                "FAILED": [],
                "CANCELLED": [],
            },
            initial=["SCHEDULED"],
        ),
        sqlops.audited(
            "publishing_post",
            subject="publishing.post",
            task_column="task",
            body=["account_id", "content_hash", "approval", "platform_id"],
        ),
        sqlops.sql_file(CLAIM, table="publishing_post", subject="publishing.post"),
    ]
