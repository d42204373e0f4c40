"""Numbers about reviewing: when a card was opened, and a row for each answer; answers that are there get theirs."""

from pathlib import Path
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import functions
from django.db.models.expressions import CombinedExpression

import chimera.core.clock
from chimera.core import sqlops

NUMBERS = Path(__file__).parent.parent / "numbers" / "sql"
# How long they took was not written down then.
_FILL = """
INSERT INTO governance_reviewanswer (brand_id, item_id, reviewer, answer, kind, agent, platform, group_key, content_hash,
                                     waited_s, at)
SELECT r.brand_id, r.id, r.decided_by,
       CASE WHEN r.status = 'REJECTED' THEN 'rejected' WHEN r.edited IS NOT NULL THEN 'edited' ELSE 'approved' END,
       r.kind, r.agent, r.platform, r.group_key, r.content_hash,
       least(greatest(0, extract(epoch FROM coalesce(r.decided_at, r.made_at) - r.made_at)), 2000000000)::integer,
       coalesce(r.decided_at, r.made_at)
  FROM governance_reviewitem r WHERE r.status IN ('APPROVED', 'REJECTED') ORDER BY r.decided_at, r.id
"""


def fill(apps: Any, schema_editor: Any) -> None:
    """Answers of all brands."""
    with sqlops.over_all_brands(schema_editor, "governance_reviewitem", "governance_reviewanswer"):
        schema_editor.execute(_FILL)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_archivist"),
        ("governance", "0029_notices"),
    ]

    operations = [
        migrations.AddField(
            model_name="reviewitem",
            name="opened_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="ReviewAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item_id", models.BigIntegerField()),
                ("reviewer", models.CharField(max_length=160)),
                ("answer", models.CharField(max_length=12)),
                ("kind", models.CharField(max_length=12)),
                ("agent", models.CharField(max_length=80)),
                ("platform", models.CharField(max_length=40)),
                ("group", models.CharField(db_column="group_key", max_length=80)),
                ("content_hash", models.CharField(max_length=64)),
                ("waited_s", models.IntegerField()),
                ("took_ms", models.IntegerField(null=True)),
                (
                    "step",
                    models.GeneratedField(
                        db_persist=True,
                        expression=functions.Cast(
                            functions.Floor(
                                CombinedExpression(
                                    functions.Ln(
                                        functions.Cast(functions.Greatest("took_ms", 100), models.FloatField())
                                    ),
                                    "*",
                                    models.Value(25),
                                )
                            ),
                            models.SmallIntegerField(),
                        ),
                        output_field=models.SmallIntegerField(null=True),
                    ),
                ),
                ("first_id", models.BigIntegerField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                ("at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
                    ),
                ),
            ],
            options={
                "permissions": [("view_numbers", "Can see everybody's numbers")],
                "indexes": [
                    models.Index(fields=["at"], name="reviewanswer_by_time"),
                    models.Index(fields=["reviewer", "at"], name="reviewanswer_by_reviewer"),
                    models.Index(fields=["brand", "content_hash"], name="reviewanswer_by_content"),
                    models.Index(
                        condition=models.Q(("first_id__isnull", False)), fields=["at"], name="reviewanswer_second"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("brand", "id"), name="reviewanswer_brand_and_id"),
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at__isnull", True)),
                        fields=("brand", "item_id"),
                        name="reviewanswer_holds_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ["approved", "edited", "rejected"])),
                        name="reviewanswer_is_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("reviewer__gt", "")), name="reviewanswer_has_a_name"),
                    models.CheckConstraint(
                        condition=models.Q(("took_ms__isnull", True), ("took_ms__gte", 0), _connector="OR"),
                        name="reviewanswer_took_some_time",
                    ),
                ],
            },
        ),
        sqlops.tenant("governance_reviewanswer", app="SELECT", operator="SELECT"),
        migrations.RunPython(fill, migrations.RunPython.noop),
        sqlops.sql_file(NUMBERS / "numbers.sql"),
    ]
