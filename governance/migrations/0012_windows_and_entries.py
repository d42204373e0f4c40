"""Budgets of the fleet and of campaigns, limits that count at once, and an entry for every cent (docs/adr/0019)."""

from pathlib import Path
from typing import Any

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import chimera.core.clock
from chimera.core import money, sqlops

ROOMS = Path(__file__).parent.parent

# What was settled before has entries from now on; what is still held counts against the fleet's day.
_ENTRIES = """
INSERT INTO governance_entry (brand_id, hold_key, about, scopes, day, debit, credit, amount_usd_micros, at)
SELECT h.brand_id, h.key, h.about, h.scopes, h.day,
       CASE WHEN h.about LIKE 'publishing.post:%%' THEN 'platform fee' ELSE 'calls' END,
       'brand:' || h.brand_id, h.settled_usd_micros, h.made_at
  FROM governance_hold h WHERE h.status = 'SETTLED' AND h.settled_usd_micros > 0
"""
_FLEET = """
INSERT INTO governance_fleetbudget (day, limit_usd_micros, reserved_usd_micros, settled_usd_micros)
SELECT h.day, greatest(%s, sum(h.amount_usd_micros) FILTER (WHERE h.status = 'HELD') + sum(h.settled_usd_micros)),
       coalesce(sum(h.amount_usd_micros) FILTER (WHERE h.status = 'HELD'), 0), sum(h.settled_usd_micros)
  FROM governance_hold h GROUP BY h.day
"""


def carry_over(apps: Any, schema_editor: Any) -> None:
    """The books of what was there before, and the limit of the fleet."""
    most = money.usd(settings.DEFAULT_FLEET_BUDGET_USD)
    with sqlops.over_all_brands(schema_editor, "governance_hold", "governance_entry"):
        apps.get_model("governance", "FleetLimit").objects.create(limit_usd_micros=most)
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(_ENTRIES, [])
            cursor.execute(_FLEET, [most])


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_archivist"),
        ("governance", "0011_review_by_subject"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="budgetlimit", name="budgetlimit_once_per_scope"),
        migrations.AddField(
            model_name="budgetlimit",
            name="window",
            field=models.CharField(
                choices=[("day", "a day"), ("total", "in total")], db_default="day", default="day", max_length=8
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetlimit",
            constraint=models.UniqueConstraint(
                fields=["brand", "scope", "window"], name="budgetlimit_once_per_scope_and_window"
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetlimit",
            constraint=models.CheckConstraint(
                condition=models.Q(("window__in", ["day", "total"])), name="budgetlimit_window_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetlimit",
            constraint=models.CheckConstraint(
                condition=models.Q(("window", "day"), ("scope__startswith", "campaign:"), _connector="OR"),
                name="budgetlimit_total_is_of_campaigns",
            ),
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hold_key", models.CharField(max_length=160)),
                ("about", models.CharField(max_length=80)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), size=None),
                ),
                ("day", models.DateField()),
                ("debit", models.CharField(max_length=80)),
                ("credit", models.CharField(max_length=80)),
                ("amount_usd_micros", models.BigIntegerField()),
                ("at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                (
                    "brand",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.brand",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["brand", "day", "at"], name="entry_by_day")],
                "constraints": [
                    models.UniqueConstraint(fields=["brand", "hold_key"], name="entry_once_per_hold"),
                    models.CheckConstraint(
                        condition=models.Q(("amount_usd_micros__gt", 0)), name="entry_moves_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("debit", ""), _negated=True),
                            models.Q(("credit", ""), _negated=True),
                            models.Q(("debit", models.F("credit")), _negated=True),
                        ),
                        name="entry_has_two_sides",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FleetLimit",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("limit_usd_micros", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="fleetlimit_has_one_row"),
                    models.CheckConstraint(
                        condition=models.Q(("limit_usd_micros__gte", 0)), name="fleetlimit_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FleetBudget",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("limit_usd_micros", models.BigIntegerField()),
                ("reserved_usd_micros", models.BigIntegerField(db_default=0, default=0)),
                ("settled_usd_micros", models.BigIntegerField(db_default=0, default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reserved_usd_micros__gte", 0), ("settled_usd_micros__gte", 0)),
                        name="fleetbudget_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "limit_usd_micros__gte",
                                models.F("reserved_usd_micros") + models.F("settled_usd_micros"),
                            )
                        ),
                        name="fleetbudget_never_overspent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FleetReturn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("held_usd_micros", models.BigIntegerField()),
                ("spent_usd_micros", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("spent_usd_micros__gte", 0), ("held_usd_micros__gte", models.F("spent_usd_micros"))
                        ),
                        name="fleetreturn_spends_at_most_what_was_held",
                    )
                ],
            },
        ),
        sqlops.tenant("governance_entry", app="SELECT", operator="SELECT"),
        sqlops.append_only("governance_entry"),
        sqlops.fleet("governance_fleetlimit", app="", operator="SELECT, UPDATE"),
        sqlops.audited(
            "governance_fleetlimit", subject="governance.fleetlimit", versioned=False, body=["limit_usd_micros"]
        ),
        sqlops.fleet("governance_fleetbudget", app="", operator="SELECT"),
        sqlops.fleet("governance_fleetreturn", app="", operator="SELECT"),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        sqlops.sql_file(ROOMS / "budgets" / "sql" / "windows.sql"),
        sqlops.sql_file(ROOMS / "budgets" / "sql" / "limits.sql"),
    ]
