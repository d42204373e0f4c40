"""What people are told: notices, subscriptions, letters."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

SQL = Path(__file__).parent.parent / "notices" / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_archivist"),
        ("governance", "0028_board"),
    ]

    operations = [
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("status", models.CharField(max_length=16)),
                ("state_version", models.IntegerField(default=1, editable=False)),
                ("kind", models.CharField(max_length=12)),
                ("message_id", models.UUIDField(unique=True)),
                ("day", models.DateField(null=True)),
                ("facts", models.JSONField(null=True)),
                ("count", models.IntegerField(default=1)),
                ("due_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("lease_owner", models.CharField(blank=True, default="", max_length=120)),
                ("fence", models.BigIntegerField(default=0)),
                ("attempts", models.IntegerField(default=0)),
                ("note", models.CharField(blank=True, default="", max_length=300)),
                ("made_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
            ],
        ),
        migrations.CreateModel(
            name="LetterNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("deadline", "A review is nearly late"),
                            ("expired", "A review has expired"),
                            ("stop", "A stop was imposed"),
                            ("resume", "A stop was lifted"),
                            ("cap", "A limit is nearly or wholly spent"),
                            ("anomaly", "Spending as never before"),
                            ("account", "A platform refuses an account"),
                            ("circuit", "A provider is down"),
                            ("doubt", "Nobody knows whether it was sent"),
                            ("record", "The record is not being sealed"),
                            ("server", "An MCP server has changed"),
                            ("test", "A test"),
                        ],
                        max_length=12,
                    ),
                ),
                ("scope", models.CharField(max_length=80)),
                ("subject", models.CharField(blank=True, default="", max_length=80)),
                ("sentence", models.CharField(max_length=500)),
                ("link", models.CharField(blank=True, default="", max_length=200)),
                ("key", models.CharField(max_length=160, unique=True)),
                ("made_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
            ],
        ),
        migrations.CreateModel(
            name="NoticeSeen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reader", models.CharField(max_length=160, unique=True)),
                ("up_to", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("reader", models.CharField(blank=True, default="", max_length=160)),
                ("channel", models.CharField(choices=[("mail", "Mail"), ("webhook", "Webhook")], max_length=8)),
                ("address", models.CharField(max_length=500)),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("deadline", "A review is nearly late"),
                                ("expired", "A review has expired"),
                                ("stop", "A stop was imposed"),
                                ("resume", "A stop was lifted"),
                                ("cap", "A limit is nearly or wholly spent"),
                                ("anomaly", "Spending as never before"),
                                ("account", "A platform refuses an account"),
                                ("circuit", "A provider is down"),
                                ("doubt", "Nobody knows whether it was sent"),
                                ("record", "The record is not being sealed"),
                                ("server", "An MCP server has changed"),
                                ("test", "A test"),
                            ],
                            max_length=12,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "brands",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                ("digest_only", models.BooleanField(default=False)),
                ("digest_hour", models.SmallIntegerField(blank=True, null=True)),
                ("time_zone", models.CharField(default="UTC", max_length=60)),
                ("quiet_from", models.SmallIntegerField(blank=True, null=True)),
                ("quiet_to", models.SmallIntegerField(blank=True, null=True)),
                ("secret_number", models.IntegerField(default=1, editable=False)),
                ("former_until", models.DateTimeField(editable=False, null=True)),
                ("is_live", models.BooleanField(default=True)),
                ("made_at", models.DateTimeField(db_default=chimera.core.clock.Now(), editable=False)),
            ],
            options={
                "permissions": [("test_subscription", "Can send a test message")],
            },
        ),
        migrations.AddIndex(
            model_name="reviewitem",
            index=models.Index(condition=models.Q(("status", "EXPIRED")), fields=["deadline"], name="review_expired"),
        ),
        migrations.AddField(
            model_name="letternotice",
            name="letter",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="shown", to="governance.letter"
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "deadline",
                            "expired",
                            "stop",
                            "resume",
                            "cap",
                            "anomaly",
                            "account",
                            "circuit",
                            "doubt",
                            "record",
                            "server",
                            "test",
                        ],
                    )
                ),
                name="notice_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(("scope", "fleet"), ("scope__regex", "^brand:[1-9][0-9]*$"), _connector="OR"),
                name="notice_scope_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(("key__gt", ""), ("sentence__gt", "")), name="notice_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(("link", ""), ("link__regex", "^/[^/\\s][^\\s]*$"), _connector="OR"),
                name="notice_link_stays_at_the_desk",
            ),
        ),
        migrations.AddField(
            model_name="letternotice",
            name="notice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="letters", to="governance.notice"
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_live", True)),
                fields=("channel", "address", "name"),
                name="subscription_live_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["mail", "webhook"])), name="subscription_channel_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kinds__contained_by",
                        [
                            "deadline",
                            "expired",
                            "stop",
                            "resume",
                            "cap",
                            "anomaly",
                            "account",
                            "circuit",
                            "doubt",
                            "record",
                            "server",
                            "test",
                        ],
                    )
                ),
                name="subscription_kinds_are_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("address__regex", "^[^@\\s<>,;]+@[^@\\s<>,;]+$"), ("channel", "mail")),
                    models.Q(("address__regex", "^https?://[^\\s]+$"), ("channel", "webhook")),
                    _connector="OR",
                ),
                name="subscription_has_an_address",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest_hour__isnull", True), ("digest_hour__range", (0, 23)), _connector="OR"),
                name="subscription_digest_has_an_hour",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest_only", False), ("digest_hour__isnull", False), _connector="OR"),
                name="subscription_digest_only_has_an_hour",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("quiet_from__isnull", True), ("quiet_to__isnull", True)),
                    models.Q(
                        ("quiet_from__isnull", False),
                        ("quiet_to__isnull", False),
                        ("quiet_from__range", (0, 23)),
                        ("quiet_to__range", (0, 23)),
                        models.Q(("quiet_from", models.F("quiet_to")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="subscription_quiet_has_two_hours",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("secret_number__gte", 1)), name="subscription_secret_has_a_number"
            ),
        ),
        migrations.AddField(
            model_name="letter",
            name="subscription",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="letters", to="governance.subscription"
            ),
        ),
        migrations.AddConstraint(
            model_name="letternotice",
            constraint=models.UniqueConstraint(fields=("letter", "notice"), name="letter_shows_a_notice_once"),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(condition=models.Q(("status", "PENDING")), fields=["due_at", "id"], name="letter_due"),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(fields=["subscription", "kind", "-closed_at"], name="letter_last"),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True), ("day__isnull", True)),
                fields=("subscription", "kind"),
                name="letter_open_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(
                condition=models.Q(("day__isnull", False)),
                fields=("subscription", "day"),
                name="letter_digest_once_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["PENDING", "SENT", "GIVEN_UP"])), name="letter_status_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("day__isnull", False), ("facts__isnull", False), ("kind", "digest")),
                    models.Q(
                        models.Q(("kind", "digest"), _negated=True), ("day__isnull", True), ("facts__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="letter_digest_has_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("due_at__isnull", False), ("ended_at__isnull", True), ("status", "PENDING")),
                    models.Q(
                        models.Q(("status", "PENDING"), _negated=True),
                        ("due_at__isnull", True),
                        ("ended_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="letter_waits_or_has_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(condition=models.Q(("count__gte", 1)), name="letter_says_something"),
        ),
        sqlops.fleet("governance_notice"),
        sqlops.fleet("governance_subscription", app="", operator="SELECT, INSERT, UPDATE"),
        sqlops.fleet("governance_letter", app="", operator="SELECT, UPDATE"),
        sqlops.fleet("governance_letternotice", app="", operator="SELECT"),
        sqlops.fleet("governance_noticeseen", app="SELECT, INSERT, UPDATE", operator="SELECT, INSERT, UPDATE"),
        sqlops.append_only("governance_notice"),
        sqlops.append_only("governance_letternotice"),
        sqlops.guarded(
            "governance_letter",
            arrows={"PENDING": ["SENT", "GIVEN_UP"], "SENT": [], "GIVEN_UP": ["PENDING"]},
            initial=["PENDING"],
        ),
        sqlops.audited(
            "governance_letter",
            subject="governance.letter",
            body=["subscription_id", "kind"],
            also=["count", "attempts"],
        ),
        sqlops.audited(
            "governance_subscription",
            subject="governance.subscription",
            body=["channel", "is_live", "digest_only", "digest_hour", "secret_number"],
            versioned=False,
        ),
        sqlops.sql_file(SQL / "notices.sql"),
        sqlops.sql_file(SQL / "news.sql"),
    ]
