"""Two people where a brand asks for them; people and their roles; who is bound to brands sees no others' record."""

from pathlib import Path

import django.contrib.auth.models
import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

ROOMS = Path(__file__).parent.parent


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("core", "0006_bindings"),
        ("governance", "0025_hands_promises"),
    ]

    operations = [
        migrations.CreateModel(
            name="FourEyes",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("status", models.CharField(max_length=16)),
                ("state_version", models.IntegerField(default=1, editable=False)),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("everything", "Everything that waits for approval"),
                            ("doubt", "What the judge doubts"),
                            ("rule", "What a rule asks a human about"),
                            ("probation", "Posts of agents on probation"),
                            ("retries", "What no retry mended"),
                            ("exhausted", "Tasks whose attempts are used up"),
                            ("sponsored", "What somebody pays for"),
                            ("edited", "What a reviewer edited"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reason", models.TextField()),
                ("set_by", models.CharField(db_default="", default="", editable=False, max_length=160)),
                ("since", models.DateTimeField(db_default=chimera.core.clock.Now(), editable=False)),
                ("ended_by", models.CharField(blank=True, db_default="", default="", editable=False, max_length=160)),
                ("ended_at", models.DateTimeField(editable=False, null=True)),
                ("end_reason", models.TextField(blank=True, db_default="", default="")),
            ],
            options={
                "verbose_name": "rule of four eyes",
                "verbose_name_plural": "rules of four eyes",
                "permissions": [("set_foureyes", "Can set and end rules of four eyes")],
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[],
            options={
                "verbose_name": "person",
                "verbose_name_plural": "people",
                "proxy": True,
                "default_permissions": ["view"],
                "indexes": [],
                "constraints": [],
            },
            bases=("auth.user",),
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.AlterModelOptions(
            name="reviewitem",
            options={
                "permissions": [
                    ("decide_reviewitem", "Can decide reviews"),
                    ("unclaim_reviewitem", "Can take reviews out of other people's hands"),
                    ("approve_payment", "Can approve payments over the limit"),
                ],
                "verbose_name": "review",
            },
        ),
        migrations.AddField(
            model_name="reviewitem",
            name="first_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="reviewitem",
            name="first_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=160),
        ),
        migrations.AddField(
            model_name="reviewitem",
            name="first_edited",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="reviewitem",
            name="first_hash",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="reviewitem",
            name="needs_two",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="reviewitem",
            name="rests_on",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=80), blank=True, db_default=[], default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="server",
            name="needs_second",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddIndex(
            model_name="reviewitem",
            index=models.Index(
                condition=models.Q(("decided_by__gt", "")),
                fields=["decided_by", "-decided_at"],
                name="review_by_who_answered",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("first_at__isnull", True), ("first_by", ""), ("first_edited__isnull", True), ("first_hash", "")
                    ),
                    models.Q(
                        ("first_at__isnull", False), ("first_by__gt", ""), ("first_hash__gt", ""), ("needs_two", True)
                    ),
                    _connector="OR",
                ),
                name="review_first_yes_is_whole",
            ),
        ),
        migrations.AddField(
            model_name="foureyes",
            name="brand",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
            ),
        ),
        migrations.AddConstraint(
            model_name="foureyes",
            constraint=models.UniqueConstraint(fields=("brand", "id"), name="foureyes_brand_and_id"),
        ),
        migrations.AddConstraint(
            model_name="foureyes",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "IN_FORCE")), fields=("brand", "what"), name="foureyes_in_force_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="foureyes",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["IN_FORCE", "ENDED"])), name="foureyes_status_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="foureyes",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "what__in",
                        ["everything", "doubt", "rule", "probation", "retries", "exhausted", "sponsored", "edited"],
                    )
                ),
                name="foureyes_is_about_something_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="foureyes",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="foureyes_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="foureyes",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("ended_by", ""), ("status", "IN_FORCE")),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("status", "ENDED"),
                        models.Q(("ended_by", ""), _negated=True),
                        models.Q(("end_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="foureyes_end_has_time_name_and_reason",
            ),
        ),
        sqlops.tenant("governance_foureyes", app="SELECT", operator="SELECT, INSERT, UPDATE"),
        sqlops.guarded("governance_foureyes", arrows={"IN_FORCE": ["ENDED"], "ENDED": []}, initial=["IN_FORCE"]),
        sqlops.audited("governance_foureyes", subject="governance.foureyes", body=["what"]),
        sqlops.sql_file(ROOMS / "foureyes" / "sql" / "foureyes.sql"),
        sqlops.sql_file(ROOMS / "reviews" / "sql" / "two.sql"),
        sqlops.sql_file(ROOMS / "servers" / "sql" / "second.sql"),
        migrations.RunSQL(
            "DROP TRIGGER record_governance_reviewitem ON governance_reviewitem;"
            "DROP TRIGGER record_governance_reviewitem_change ON governance_reviewitem;",
            migrations.RunSQL.noop,
        ),
        sqlops.audited(
            "governance_reviewitem",
            subject="governance.reviewitem",
            task_column="task",
            body=["subject", "kind", "content_hash", "decided_by", "reason_code", "consumed_at", "answer"]
            + ["approved_hash", "held_by", "held_until", "assigned_to", "first_by", "first_hash"],
            also=["needs_two"],
        ),
        # Who works for which brands, and who has which role.
        sqlops.audited("core_binding", subject="core.binding", versioned=False, body=["person"]),
        sqlops.audited("auth_user_groups", subject="auth.role", versioned=False, body=["user_id", "group_id"]),
        sqlops.bound("governance_auditevent"),
    ]
