"""Doubt is resolved: evidence and re-opening on effects, answers on reviews, the incarnation of an installation."""

from pathlib import Path
from typing import Any

from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

ROOMS = Path(__file__).parent.parent


def carry_over(apps: Any, schema_editor: Any) -> None:
    """What was sent before: the key window counts from the earliest moment, and it was this incarnation."""
    with sqlops.over_all_brands(schema_editor, "governance_effect"):
        apps.get_model("governance", "Effect").objects.exclude(sends=0).update(
            first_sent_at=models.F("made_at"), incarnation=1
        )


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_archivist"),
        ("governance", "0007_open_work"),
    ]

    operations = [
        migrations.CreateModel(
            name="Incarnation",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("number", models.IntegerField(default=1)),
                ("since", models.DateTimeField(db_default=chimera.core.clock.Now())),
                ("reason", models.TextField(blank=True, default="")),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="effect",
            name="effect_sent_has_a_grant",
        ),
        migrations.AddField(
            model_name="effect",
            name="absences",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="effect",
            name="first_sent_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="effect",
            name="incarnation",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="effect",
            name="lookups",
            field=models.JSONField(db_default=[], default=list),
        ),
        migrations.AddField(
            model_name="effect",
            name="reopened_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=80),
        ),
        migrations.AddField(
            model_name="effect",
            name="stage_ids",
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name="reviewitem",
            name="answer",
            field=models.CharField(
                blank=True,
                choices=[
                    ("found_live", "It is live"),
                    ("retry", "Not live: send it again"),
                    ("give_up", "Not live: give it up"),
                    ("keep_checking", "Not known yet: keep checking"),
                ],
                default="",
                db_default="",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="reviewitem",
            name="evidence_url",
            field=models.CharField(blank=True, default="", db_default="", max_length=500),
        ),
        migrations.AddConstraint(
            model_name="effect",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status", "INTENDED"),
                    models.Q(("grant_jti", ""), _negated=True),
                    ("status", "REFUTED"),
                    models.Q(("sends", 0), ("status", "CONFIRMED")),
                    _connector="OR",
                ),
                name="effect_sent_has_a_grant",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer", ""), ("kind", "in_doubt"), _connector="OR"),
                name="review_only_doubt_has_an_answer",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "in_doubt"), _negated=True),
                    models.Q(("status__in", ["APPROVED", "REJECTED"]), _negated=True),
                    models.Q(("answer__in", ["found_live", "retry", "keep_checking"]), ("status", "APPROVED")),
                    models.Q(("answer", "give_up"), ("status", "REJECTED")),
                    _connector="OR",
                ),
                name="review_doubt_is_answered_by_what_is_live",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", "found_live"), _negated=True),
                    models.Q(("evidence_url", ""), _negated=True),
                    _connector="OR",
                ),
                name="review_live_has_evidence",
            ),
        ),
        migrations.AddConstraint(
            model_name="incarnation",
            constraint=models.CheckConstraint(condition=models.Q(("id", 1)), name="incarnation_has_one_row"),
        ),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        sqlops.fleet("governance_incarnation", operator="SELECT, UPDATE", connector=""),
        sqlops.sql_file(ROOMS / "effects" / "sql" / "doubt.sql"),
        migrations.RunSQL(
            "DROP TRIGGER guard_governance_effect ON governance_effect;"
            "DROP TRIGGER record_governance_effect ON governance_effect;"
            "DROP TRIGGER record_governance_effect_change ON governance_effect;"
            "DROP TRIGGER record_governance_reviewitem ON governance_reviewitem;"
            "DROP TRIGGER record_governance_reviewitem_change ON governance_reviewitem;",
            migrations.RunSQL.noop,
        ),
        sqlops.guarded(
            "governance_effect",
            arrows={
                "INTENDED": ["SENT", "CONFIRMED", "REFUTED"],
                "SENT": ["CONFIRMED", "REFUTED", "IN_DOUBT", "INTENDED"],
                "IN_DOUBT": ["CONFIRMED", "REFUTED", "INTENDED"],
                "CONFIRMED": [],
                "REFUTED": [],
            },
            initial=["INTENDED"],
        ),
        sqlops.audited(
            "governance_effect",
            subject="governance.effect",
            task_column="task",
            body=["subject", "kind", "key", "payload_hash", "grant_jti", "sent_fence", "platform_id", "sends"]
            + ["absences", "reopened_by", "incarnation"],
        ),
        sqlops.audited(
            "governance_reviewitem",
            subject="governance.reviewitem",
            task_column="task",
            body=["subject", "kind", "content_hash", "decided_by", "reason_code", "consumed_at", "answer"],
        ),
        sqlops.audited("governance_incarnation", subject="governance.incarnation", versioned=False, body=["number"]),
    ]
