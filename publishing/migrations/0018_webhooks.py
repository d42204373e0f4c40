"""What platforms deliver, kept by the connector through one function; mentions deleted there; comments to be hidden."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

SQL = Path(__file__).parent.parent / "deliveries" / "sql"
LEASES = Path(__file__).parent.parent.parent / "governance" / "leases" / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0008_pii"),
        ("publishing", "0017_reversals"),
    ]

    operations = [
        migrations.AddField(
            model_name="mention",
            name="gone_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="mention",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("nobody", "No agent with a soul has this account."),
                    ("own", "It is of an account of ours."),
                    ("machine", "Its author is labelled as a machine; two machines would talk for ever."),
                    ("blocked", "Its author is blocked."),
                    ("muted", "Its author or its conversation is muted."),
                    ("too_old", "It is too old."),
                    ("empty", "It says nothing."),
                    ("orders", "It gives orders to a model."),
                    ("person_cap", "This person has been answered as often as an hour allows."),
                    ("account_cap", "This account has answered as often as an hour allows."),
                    ("gone", "Who said it has deleted it."),
                    ("loop", "This conversation has had as many answers of ours as one may."),
                ],
                default="",
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="DeliveryCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.CharField(max_length=20)),
                ("day", models.DateField()),
                ("kept", models.IntegerField(default=0)),
                ("repeated", models.IntegerField(default=0)),
                ("strange", models.IntegerField(default=0)),
                ("refused", models.IntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("platform", "day"), name="delivery_count_once_a_day"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kept__gte", 0), ("refused__gte", 0), ("repeated__gte", 0), ("strange__gte", 0)
                        ),
                        name="delivery_count_is_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.CharField(max_length=20)),
                (
                    "kind",
                    models.CharField(
                        choices=[("said", "Something was said"), ("deleted", "What was said is deleted")], max_length=8
                    ),
                ),
                ("platform_id", models.CharField(max_length=120)),
                ("came_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                ("due_at", models.DateTimeField(db_default=chimera.core.clock.Now(), null=True)),
                ("looks", models.SmallIntegerField(db_default=0, default=0)),
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
                "verbose_name_plural": "deliveries",
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["brand", "platform", "id"],
                        name="delivery_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("brand", "account", "kind", "platform_id"), name="delivery_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["said", "deleted"])), name="delivery_kind_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("platform_id__regex", "^[A-Za-z0-9_-]{1,120}$")),
                        name="delivery_names_one_thing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Hiding",
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
                ("payload", models.JSONField()),
                ("content_hash", models.CharField(max_length=64)),
                ("why", models.CharField(max_length=300)),
                ("orders", models.SmallIntegerField(db_default=0, default=0)),
                ("approval", models.CharField(blank=True, default="", max_length=80)),
                ("made_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "stage",
                    models.GeneratedField(
                        db_persist=True, expression=models.Value("hide"), output_field=models.CharField(max_length=12)
                    ),
                ),
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
                (
                    "mention",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="publishing.mention",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("brand", "id"), name="hiding_brand_and_id"),
                    models.UniqueConstraint(fields=("brand", "mention"), name="hiding_once_per_mention"),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["PROPOSED", "ORDERED", "DONE", "FAILED", "DISMISSED"])),
                        name="hiding_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["ORDERED", "DONE"]), _negated=True),
                            ("approval__regex", "^governance\\.reviewitem:[0-9]{1,18}$"),
                            _connector="OR",
                        ),
                        name="hiding_is_ordered_by_a_human",
                    ),
                ],
            },
        ),
        sqlops.tenant("publishing_delivery", app="SELECT, UPDATE", operator="SELECT"),
        sqlops.composite_key("publishing_delivery", "account_id", "publishing_account"),
        sqlops.fleet("publishing_deliverycount"),
        sqlops.sql_file(SQL / "deliveries.sql"),
        sqlops.tenant("publishing_hiding"),
        sqlops.composite_key("publishing_hiding", "account_id", "publishing_account"),
        sqlops.composite_key("publishing_hiding", "mention_id", "publishing_mention"),
        sqlops.guarded(
            "publishing_hiding",
            arrows={
                "PROPOSED": ["ORDERED", "DISMISSED"],
                "ORDERED": ["DONE", "FAILED", "DISMISSED"],
                "FAILED": ["ORDERED"],
                "DISMISSED": ["ORDERED"],
                "DONE": [],
            },
            initial=["PROPOSED"],
        ),
        sqlops.audited(
            "publishing_hiding",
            subject="publishing.hiding",
            body=["account_id", "mention_id", "content_hash", "approval"],
        ),
        sqlops.sql_file(LEASES / "claim.sql", table="publishing_hiding", subject="publishing.hiding"),
        sqlops.sql_file(LEASES / "claim_in_turn.sql", table="publishing_hiding", subject="publishing.hiding"),
        sqlops.sql_file(LEASES / "release.sql", table="publishing_hiding"),
    ]
