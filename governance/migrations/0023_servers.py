"""The allow-list of MCP servers: entries with pinned tools, and what was done with them."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

ROOM = Path(__file__).parent.parent / "servers"


class Migration(migrations.Migration):
    dependencies = [
        ("governance", "0022_grant_key_schedule"),
    ]

    operations = [
        migrations.CreateModel(
            name="Server",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("status", models.CharField(max_length=16)),
                ("state_version", models.IntegerField(default=1, editable=False)),
                ("name", models.CharField(max_length=40)),
                ("url", models.CharField(blank=True, default="", max_length=500)),
                (
                    "transport",
                    models.CharField(
                        choices=[("streamable_http", "Streamable HTTP")], default="streamable_http", max_length=20
                    ),
                ),
                (
                    "owner",
                    models.CharField(choices=[("ours", "Ours"), ("third_party", "A third party's")], max_length=12),
                ),
                ("tools", models.JSONField()),
                ("pins", models.JSONField(default=dict, editable=False)),
                ("former_pins", models.JSONField(default=dict, editable=False)),
                ("pins_hash", models.CharField(default="", editable=False, max_length=64)),
                ("lock_hash", models.CharField(blank=True, default="", max_length=64)),
                ("sbom_hash", models.CharField(blank=True, default="", max_length=64)),
                ("sbom", models.JSONField(default=dict)),
                ("scan_hash", models.CharField(blank=True, default="", max_length=64)),
                ("scan", models.JSONField(default=dict)),
                ("seen", models.JSONField(editable=False, null=True)),
                ("seen_wrong", models.CharField(blank=True, default="", editable=False, max_length=200)),
                ("seen_hash", models.CharField(blank=True, default="", editable=False, max_length=64)),
                ("seen_at", models.DateTimeField(editable=False, null=True)),
                ("kept_hash", models.CharField(blank=True, default="", max_length=64)),
                ("reason", models.TextField(blank=True, default="")),
                ("proposed_by", models.CharField(default="", editable=False, max_length=160)),
                ("proposed_at", models.DateTimeField(db_default=chimera.core.clock.Now(), editable=False)),
                ("reviewed_by", models.CharField(blank=True, default="", editable=False, max_length=160)),
                ("reviewed_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "MCP server",
                "permissions": [("decide_server", "Can allow, disable and remove MCP servers")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "REMOVED"), _negated=True),
                        fields=("name",),
                        name="server_once_by_name",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("status", "REMOVED"), _negated=True), models.Q(("url", ""), _negated=True)
                        ),
                        fields=("url",),
                        name="server_once_by_url",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["PROPOSED", "ALLOWED", "DISABLED", "REMOVED"])),
                        name="server_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("transport__in", ["streamable_http"])), name="server_transport_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name__regex", "^[a-z][a-z0-9_-]{0,39}$")), name="server_name_is_plain"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("owner", "ours"), ("url", "")),
                            models.Q(("owner", "third_party"), ("url__regex", "^https?://[^\\s]+$")),
                            _connector="OR",
                        ),
                        name="server_of_others_has_an_address",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "ALLOWED"), _negated=True),
                            models.Q(
                                models.Q(("sbom_hash", ""), _negated=True), models.Q(("scan_hash", ""), _negated=True)
                            ),
                            models.Q(("owner", "ours"), models.Q(("lock_hash", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="server_allowed_has_its_papers",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "ALLOWED"), _negated=True),
                            models.Q(("pins", {}), _negated=True),
                            _connector="OR",
                        ),
                        name="server_allowed_has_tools",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "ALLOWED"), _negated=True),
                            models.Q(models.Q(("reviewed_by", ""), _negated=True), ("reviewed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="server_allowed_has_a_reviewer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "PROPOSED"), models.Q(("reason", ""), _negated=True), _connector="OR"
                        ),
                        name="server_decided_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("owner", "ours"), models.Q(("former_pins", {}), ("lock_hash", "")), _connector="OR"
                        ),
                        name="server_only_ours_has_a_lock",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("owner", "third_party"), models.Q(("status", "REMOVED"), _negated=True), _connector="OR"
                        ),
                        name="server_of_ours_is_disabled_not_removed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ServerNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("verb", models.CharField(max_length=16)),
                ("reason", models.TextField(blank=True, default="")),
                ("pins_hash", models.CharField(max_length=64)),
                ("seen", models.JSONField(null=True)),
                ("actor", models.CharField(max_length=160)),
                ("at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                (
                    "server",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="governance.server"
                    ),
                ),
            ],
        ),
        sqlops.fleet("governance_server", operator="SELECT, INSERT, UPDATE"),
        sqlops.fleet("governance_servernote", app="", operator="SELECT"),
        sqlops.append_only("governance_servernote"),
        sqlops.guarded(
            "governance_server",
            arrows={
                "PROPOSED": ["ALLOWED", "REMOVED"],
                "ALLOWED": ["DISABLED", "REMOVED"],
                "DISABLED": ["ALLOWED", "REMOVED"],
                "REMOVED": [],
            },
            initial=["PROPOSED"],
        ),
        sqlops.audited(
            "governance_server",
            subject="governance.server",
            body=["name", "owner", "pins_hash", "lock_hash", "sbom_hash", "scan_hash", "seen_hash", "kept_hash"],
        ),
        sqlops.sql_file(ROOM / "sql" / "servers.sql"),
    ]
