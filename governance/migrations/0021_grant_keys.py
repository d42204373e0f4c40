"""Keys that sign grants take turns, and are revoked by name; a grant names the yes that it rests on."""

from pathlib import Path

from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

ROOMS = Path(__file__).parent.parent


class Migration(migrations.Migration):
    dependencies = [("governance", "0020_putaway")]

    operations = [
        migrations.CreateModel(
            name="GrantKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("status", models.CharField(max_length=16)),
                ("state_version", models.IntegerField(default=1, editable=False)),
                ("kid", models.CharField(editable=False, max_length=16, unique=True)),
                ("x", models.CharField(editable=False, max_length=43)),
                ("voucher", models.TextField(editable=False)),
                ("made_at", models.DateTimeField(db_default=chimera.core.clock.Now(), editable=False)),
                ("since", models.DateTimeField(db_default=chimera.core.clock.Now(), editable=False)),
                ("verifies_until", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "grant key",
                "permissions": [("revoke_grantkey", "Can revoke grant keys")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["NEXT", "CURRENT", "RETIRED"])),
                        name="grant_key_status_is_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "CURRENT")), fields=("status",), name="grant_key_one_is_current"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "NEXT")), fields=("status",), name="grant_key_one_is_next"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "RETIRED"), ("verifies_until__isnull", False)),
                            models.Q(models.Q(("status", "RETIRED"), _negated=True), ("verifies_until__isnull", True)),
                            _connector="OR",
                        ),
                        name="grant_key_retired_has_an_end",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GrantRevocation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kid", models.CharField(max_length=16, unique=True)),
                ("reason", models.TextField()),
                ("by", models.CharField(db_default="", max_length=120)),
                ("at", models.DateTimeField(db_default=chimera.core.clock.Now())),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="grant_revocation_has_a_reason"
                    ),
                ],
            },
        ),
        sqlops.fleet(
            "governance_grantkey",
            app="SELECT, INSERT, UPDATE",
            operator="SELECT, INSERT, UPDATE",
            connector="SELECT",
        ),
        sqlops.fleet("governance_grantrevocation", operator="SELECT, INSERT", connector="SELECT"),
        sqlops.guarded(
            "governance_grantkey",
            arrows={"NEXT": ["CURRENT", "RETIRED"], "CURRENT": ["RETIRED"], "RETIRED": []},
            initial=["NEXT", "CURRENT"],
        ),
        sqlops.audited("governance_grantkey", subject="governance.grantkey", body=["kid"]),
        sqlops.append_only("governance_grantrevocation"),
        sqlops.audited(
            "governance_grantrevocation", subject="governance.grantrevocation", body=["kid"], versioned=False
        ),
        sqlops.sql_file(ROOMS / "grants" / "sql" / "keys.sql"),
    ]
