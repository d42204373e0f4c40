"""The tokens of accounts, for the connector alone."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

SQL = Path(__file__).parent.parent / "credentials" / "sql"
# Everybody but the connector: when and what for, never a token.
SEEN = (
    "SELECT (id, brand_id, account_id, platform_user_id, scopes, expires_at, connected_at, refreshed_at, renewals,"
    " reconnect_why)"
)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0008_pii"),
        ("publishing", "0014_ears"),
    ]

    operations = [
        migrations.CreateModel(
            name="Credential",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform_user_id", models.CharField(max_length=60)),
                ("sealed", models.TextField()),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), size=None),
                ),
                ("expires_at", models.DateTimeField()),
                ("connected_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                ("refreshed_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                ("renewals", models.IntegerField(default=0)),
                ("reconnect_why", models.CharField(blank=True, db_default="", default="", max_length=300)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="publishing.account",
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("brand", "account"), name="credential_once_per_account"),
                    models.CheckConstraint(
                        condition=models.Q(("sealed", ""), _negated=True), name="credential_is_sealed"
                    ),
                ],
            },
        ),
        sqlops.tenant("publishing_credential", app=SEEN, operator=SEEN, connector="SELECT, INSERT, UPDATE"),
        sqlops.composite_key("publishing_credential", "account_id", "publishing_account"),
        sqlops.audited(
            "publishing_credential",
            subject="publishing.credential",
            body=("account_id", "renewals"),
            versioned=False,
        ),
        sqlops.sql_file(SQL / "whose.sql"),
    ]
