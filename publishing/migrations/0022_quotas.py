"""Quotas of platforms and the windows that count posts, blackouts, and what no API shows of accounts."""

from datetime import date
from pathlib import Path
from typing import Any

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

ROOMS = Path(__file__).parent.parent
X = "docs.x.com, rate limits, as of xdevplatform/docs 28713281 (2026-08-22)"
INSTAGRAM = (
    "developers.facebook.com, content publishing: 50 on one page, 100 on another; content_publishing_limit tells"
)
# platform, scope, seconds, posts, posts that the platform may say it takes, from when on, by whom.
KNOWN = (
    ("x", "account", 900, 100, 100, date(2026, 8, 22), X),
    ("x", "app", 86_400, 10_000, 10_000, date(2026, 8, 22), X),
    ("instagram", "account", 86_400, 50, 100, date(2026, 6, 22), INSTAGRAM),
)


def enter(apps: Any, schema_editor: Any) -> None:
    """The limits as they were known on that day; a later day gets a row of its own."""
    names = ("platform", "scope", "span_s", "count_max", "told_max", "since", "source")
    quota = apps.get_model("publishing", "Quota")
    quota.objects.bulk_create([quota(**dict(zip(names, row, strict=True))) for row in KNOWN])


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0008_pii"),
        ("publishing", "0021_figures"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=20)),
                ("holds", models.BooleanField()),
                ("lacks", models.CharField(blank=True, db_default="", default="", max_length=200)),
                ("by", models.CharField(default="", editable=False, max_length=160)),
                ("at", models.DateTimeField(db_default=chimera.core.clock.Now(), editable=False)),
            ],
        ),
        migrations.CreateModel(
            name="Blackout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.CharField(blank=True, default="", max_length=20)),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("reason", models.CharField(max_length=300)),
                ("by", models.CharField(default="", editable=False, max_length=160)),
                ("made_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                ("removed_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="FleetBlackout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.CharField(blank=True, default="", max_length=20)),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("reason", models.CharField(max_length=300)),
                ("by", models.CharField(default="", editable=False, max_length=160)),
                ("made_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                ("removed_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Quota",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.CharField(max_length=20)),
                ("scope", models.CharField(max_length=10)),
                ("span_s", models.IntegerField()),
                ("count_max", models.IntegerField()),
                ("told_max", models.IntegerField()),
                ("since", models.DateField()),
                ("source", models.CharField(max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="Slot",
            fields=[
                ("jti", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("account", models.BigIntegerField()),
                ("taken_at", models.DateTimeField()),
                ("windows", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("returned_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Window",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.CharField(max_length=20)),
                ("scope", models.CharField(max_length=10)),
                ("account", models.BigIntegerField(default=0)),
                ("span_s", models.IntegerField()),
                ("count_max", models.IntegerField()),
                (
                    "buckets",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "counts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None
                    ),
                ),
                ("told_max", models.IntegerField(null=True)),
                ("told_at", models.DateTimeField(null=True)),
                ("closed_until", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="post",
            name="expires_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="post",
            name="refused",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                condition=models.Q(("refused", ""), _negated=True),
                fields=["brand", "account", "made_at"],
                name="post_refused",
            ),
        ),
        migrations.AddField(
            model_name="accountcheck",
            name="account",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="publishing.account",
            ),
        ),
        migrations.AddField(
            model_name="accountcheck",
            name="brand",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
            ),
        ),
        migrations.AddField(
            model_name="blackout",
            name="brand",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
            ),
        ),
        migrations.AddIndex(
            model_name="fleetblackout",
            index=models.Index(
                condition=models.Q(("removed_at", None)), fields=["ends_at"], name="fleet_blackout_ahead"
            ),
        ),
        migrations.AddConstraint(
            model_name="fleetblackout",
            constraint=models.CheckConstraint(
                condition=models.Q(("begins_at__lt", models.F("ends_at"))), name="fleet_blackout_lasts"
            ),
        ),
        migrations.AddConstraint(
            model_name="quota",
            constraint=models.UniqueConstraint(
                fields=("platform", "scope", "span_s", "since"), name="quota_once_per_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="quota",
            constraint=models.CheckConstraint(
                condition=models.Q(("scope__in", ("account", "app", "fleet"))), name="quota_scope_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="quota",
            constraint=models.CheckConstraint(
                condition=models.Q(("count_max__gte", 1), ("span_s__gte", 1), ("told_max__gte", models.F("count_max"))),
                name="quota_is_positive",
            ),
        ),
        migrations.AddIndex(
            model_name="slot",
            index=models.Index(fields=["account", "taken_at"], name="slot_by_account"),
        ),
        migrations.AddConstraint(
            model_name="window",
            constraint=models.UniqueConstraint(fields=("platform", "scope", "account", "span_s"), name="window_is_one"),
        ),
        migrations.AddConstraint(
            model_name="window",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("account__gt", 0), ("scope", "account")),
                    models.Q(("account", 0), ("scope__in", ["app", "fleet"])),
                    _connector="OR",
                ),
                name="window_is_of_an_account_or_of_all",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountcheck",
            constraint=models.UniqueConstraint(
                fields=("brand", "account", "name"), name="accountcheck_once_per_account"
            ),
        ),
        migrations.AddConstraint(
            model_name="accountcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(("name__in", ["automated_label", "bio", "strikes"])),
                name="accountcheck_name_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(("holds", False), ("lacks", ""), _connector="OR"),
                name="accountcheck_that_holds_lacks_nothing",
            ),
        ),
        migrations.AddIndex(
            model_name="blackout",
            index=models.Index(
                condition=models.Q(("removed_at", None)), fields=["brand", "ends_at"], name="blackout_ahead"
            ),
        ),
        migrations.AddConstraint(
            model_name="blackout",
            constraint=models.CheckConstraint(
                condition=models.Q(("begins_at__lt", models.F("ends_at"))), name="blackout_lasts"
            ),
        ),
        sqlops.fleet("publishing_quota", operator="SELECT, INSERT"),
        sqlops.append_only("publishing_quota"),
        sqlops.fleet("publishing_window", app=""),
        sqlops.fleet("publishing_slot", app=""),
        sqlops.sql_file(ROOMS / "quotas" / "sql" / "quotas.sql"),
        migrations.RunPython(enter, migrations.RunPython.noop),
        sqlops.tenant("publishing_blackout", app="SELECT"),
        sqlops.audited("publishing_blackout", subject="publishing.blackout", versioned=False, body=["removed_at"]),
        sqlops.fleet("publishing_fleetblackout", operator="SELECT, INSERT, UPDATE"),
        sqlops.audited(
            "publishing_fleetblackout", subject="publishing.fleetblackout", versioned=False, body=["removed_at"]
        ),
        sqlops.sql_file(ROOMS / "timing" / "sql" / "blackouts.sql"),
        sqlops.tenant("publishing_accountcheck", app="SELECT"),
        sqlops.composite_key("publishing_accountcheck", "account_id", "publishing_account"),
        sqlops.audited(
            "publishing_accountcheck",
            subject="publishing.accountcheck",
            versioned=False,
            body=["account_id", "name", "holds"],
        ),
        sqlops.sql_file(ROOMS / "accounts" / "sql" / "checks.sql"),
    ]
