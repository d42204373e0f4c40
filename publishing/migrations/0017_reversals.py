"""Reversals: what is live and is taken back."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

ROOMS = Path(__file__).parent.parent
LEASES = ROOMS.parent / "governance" / "leases" / "sql"
CLAIMED = {"table": "publishing_reversal", "subject": "publishing.reversal"}


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0008_pii"),
        ("governance", "0032_reversals"),
        ("publishing", "0016_siblings"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reversal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("status", models.CharField(max_length=16)),
                ("state_version", models.IntegerField(default=1, editable=False)),
                ("queue", models.CharField(max_length=12)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), size=None),
                ),
                ("due_at", models.DateTimeField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("lease_owner", models.CharField(blank=True, default="", max_length=120)),
                ("fence", models.BigIntegerField(default=0)),
                ("attempts", models.IntegerField(default=0)),
                ("attempts_max", models.IntegerField(default=5)),
                ("priority", models.SmallIntegerField(default=5)),
                ("note", models.TextField(blank=True, default="")),
                ("way", models.CharField(default="delete", max_length=12)),
                ("payload", models.JSONField()),
                ("content_hash", models.CharField(max_length=64)),
                ("reason", models.TextField()),
                ("asked_by", models.CharField(default="", editable=False, max_length=160)),
                ("asked_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                ("ended_at", models.DateTimeField(null=True)),
                ("told", models.JSONField(db_default={}, default=dict)),
                (
                    "stage",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Value("reverse"),
                        output_field=models.CharField(max_length=12),
                    ),
                ),
            ],
            options={
                "permissions": [("ask_reversal", "Can take back posts that are live")],
            },
        ),
        migrations.RemoveConstraint(
            model_name="post",
            name="post_status_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="post",
            name="post_published_has_an_id",
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["SCHEDULED", "HELD", "PUBLISHED", "FAILED", "CANCELLED", "REVERTED"])
                ),
                name="post_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["PUBLISHED", "REVERTED"]), _negated=True),
                    models.Q(("platform_id", ""), _negated=True),
                    _connector="OR",
                ),
                name="post_published_has_an_id",
            ),
        ),
        migrations.AddField(
            model_name="reversal",
            name="brand",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
            ),
        ),
        migrations.AddField(
            model_name="reversal",
            name="post",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reversals",
                to="publishing.post",
            ),
        ),
        migrations.AddConstraint(
            model_name="reversal",
            constraint=models.UniqueConstraint(fields=("brand", "id"), name="reversal_brand_and_id"),
        ),
        migrations.AddConstraint(
            model_name="reversal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "LEFT"), _negated=True),
                fields=("brand", "post", "way"),
                name="reversal_once_per_post_and_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="reversal",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["ASKED", "BY_HAND", "DONE", "LEFT"])),
                name="reversal_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reversal",
            constraint=models.CheckConstraint(
                condition=models.Q(("way__in", ("delete", "hide", "correct"))), name="reversal_way_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="reversal",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="reversal_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="reversal",
            constraint=models.CheckConstraint(
                condition=models.Q(("asked_by__regex", "^(user|cli):.")), name="reversal_is_asked_by_a_human"
            ),
        ),
        migrations.AddConstraint(
            model_name="reversal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", False), ("status__in", ["DONE", "LEFT"])),
                    models.Q(models.Q(("status__in", ["DONE", "LEFT"]), _negated=True), ("ended_at__isnull", True)),
                    _connector="OR",
                ),
                name="reversal_has_an_end_when_it_ended",
            ),
        ),
        migrations.RunSQL("DROP TRIGGER guard_publishing_post ON publishing_post;", reverse_sql=migrations.RunSQL.noop),
        sqlops.guarded(
            "publishing_post",
            arrows={
                "SCHEDULED": ["PUBLISHED", "FAILED", "HELD", "CANCELLED"],
                "HELD": ["SCHEDULED", "PUBLISHED", "FAILED", "CANCELLED"],
                "PUBLISHED": ["REVERTED"],
                "FAILED": [],
                "CANCELLED": [],
                "REVERTED": [],
            },
            initial=["SCHEDULED"],
        ),
        # A worker takes down what a human asked for; it asks for nothing itself.
        sqlops.tenant("publishing_reversal", app="SELECT, UPDATE"),
        sqlops.composite_key("publishing_reversal", "post_id", "publishing_post"),
        sqlops.guarded(
            "publishing_reversal",
            arrows={"ASKED": ["DONE", "BY_HAND"], "BY_HAND": ["DONE", "LEFT"], "DONE": [], "LEFT": []},
            initial=["ASKED"],
        ),
        sqlops.audited("publishing_reversal", subject="publishing.reversal", body=["post_id", "content_hash"]),
        sqlops.sql_file(LEASES / "claim.sql", **CLAIMED),
        sqlops.sql_file(LEASES / "claim_in_turn.sql", **CLAIMED),
        sqlops.sql_file(LEASES / "release.sql", table="publishing_reversal"),
        sqlops.sql_file(ROOMS / "reversals" / "sql" / "reversals.sql"),
    ]
