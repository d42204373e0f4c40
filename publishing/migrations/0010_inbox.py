"""The inbox: mentions, up to where each platform was read, and who is not answered."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

SQL = Path(__file__).parent.parent / "inbox" / "sql" / "mentions.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0008_pii"),
        ("publishing", "0009_bursts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Bar",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.CharField(max_length=20)),
                ("author", models.CharField(blank=True, default="", max_length=80)),
                ("conversation", models.CharField(blank=True, default="", max_length=120)),
                ("until", models.DateTimeField(null=True)),
                ("why", models.CharField(blank=True, default="", max_length=300)),
                ("active", models.BooleanField(default=True)),
                ("made_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("brand", "platform", "author", "conversation"),
                        name="bar_once_per_person_or_conversation",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("author", ""), models.Q(("conversation", ""), _negated=True)),
                            models.Q(("author__regex", "^a[0-9a-z]{1,12}\\.[0-9a-f]{40}$"), ("conversation", "")),
                            _connector="OR",
                        ),
                        name="bar_names_a_person_or_a_conversation",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Cursor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.CharField(max_length=20)),
                ("position", models.CharField(blank=True, default="", max_length=120)),
                ("read_at", models.DateTimeField(null=True)),
                ("note", models.TextField(blank=True, default="")),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("brand", "platform"), name="cursor_once_per_platform")],
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("status", models.CharField(max_length=16)),
                ("state_version", models.IntegerField(default=1, editable=False)),
                ("platform_id", models.CharField(max_length=120)),
                ("conversation", models.CharField(max_length=120)),
                ("in_reply_to", models.CharField(blank=True, default="", max_length=120)),
                ("author", models.CharField(blank=True, max_length=80)),
                (
                    "author_names",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80), default=list, size=None
                    ),
                ),
                ("text", models.TextField(blank=True)),
                ("language", models.CharField(default="en", max_length=2)),
                ("asks_nature", models.BooleanField(default=False)),
                ("is_machine", models.BooleanField(default=False)),
                ("is_own", models.BooleanField(default=False)),
                ("said_at", models.DateTimeField()),
                ("heard_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                ("taken_at", models.DateTimeField(null=True)),
                (
                    "reason",
                    models.CharField(
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
                            ("loop", "This conversation has had as many answers of ours as one may."),
                        ],
                        default="",
                        max_length=12,
                    ),
                ),
                ("task", models.CharField(blank=True, default="", max_length=80)),
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ["NEW", "TAKEN"])),
                        fields=["brand", "id"],
                        name="mention_open",
                    ),
                    models.Index(fields=["brand", "account", "conversation", "id"], name="mention_by_conversation"),
                    models.Index(fields=["brand", "author", "taken_at"], name="mention_by_author"),
                    models.Index(
                        condition=models.Q(("taken_at__isnull", False)),
                        fields=["brand", "account", "taken_at"],
                        name="mention_taken",
                    ),
                    models.Index(
                        condition=models.Q(("author", ""), _negated=True),
                        fields=["brand", "heard_at"],
                        name="mention_by_age",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("brand", "id"), name="mention_brand_and_id"),
                    models.UniqueConstraint(
                        fields=("brand", "account", "platform_id"), name="mention_once_per_account"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["NEW", "SKIPPED", "TAKEN", "ANSWERED", "UNANSWERED"])),
                        name="mention_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("author", ""), ("author__regex", "^a[0-9a-z]{1,12}\\.[0-9a-f]{40}$"), _connector="OR"
                        ),
                        name="mention_author_is_a_hash",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "SKIPPED"), models.Q(("reason", ""), _negated=True)),
                            models.Q(models.Q(("status", "SKIPPED"), _negated=True), ("reason", "")),
                            _connector="OR",
                        ),
                        name="mention_skipped_says_why",
                    ),
                ],
            },
        ),
        sqlops.tenant("publishing_mention"),
        sqlops.composite_key("publishing_mention", "account_id", "publishing_account"),
        sqlops.guarded(
            "publishing_mention",
            arrows={
                "NEW": ["SKIPPED", "TAKEN"],
                "TAKEN": ["ANSWERED", "UNANSWERED"],
                "SKIPPED": [],
                "ANSWERED": [],
                "UNANSWERED": [],
            },
            initial=["NEW"],
        ),
        sqlops.audited("publishing_mention", subject="publishing.mention", task_column="task", body=["account_id"]),
        sqlops.tenant("publishing_cursor"),
        sqlops.tenant("publishing_bar"),
        sqlops.audited("publishing_bar", subject="publishing.bar", versioned=False, body=["active"]),
        sqlops.sql_file(SQL),
    ]
