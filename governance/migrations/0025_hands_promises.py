"""What the database promises about many hands on one queue; skips and saved queues."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

REVIEWS = Path(__file__).parent.parent / "reviews" / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_archivist"),
        ("governance", "0024_hands"),
    ]

    operations = [
        migrations.AlterField(
            model_name="reviewitem",
            name="urgent_at",
            field=models.DateTimeField(),
        ),
        migrations.CreateModel(
            name="ReviewSkip",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reviewer", models.CharField(max_length=160)),
                ("until", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SavedQueue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("owner", models.CharField(max_length=160)),
                ("is_shared", models.BooleanField(default=False)),
                ("filters", models.JSONField()),
                ("made_at", models.DateTimeField(db_default=chimera.core.clock.Now(), editable=False)),
            ],
            options={
                "verbose_name": "saved queue",
            },
        ),
        migrations.AlterModelOptions(
            name="reviewitem",
            options={
                "permissions": [
                    ("decide_reviewitem", "Can decide reviews"),
                    ("unclaim_reviewitem", "Can take reviews out of other people's hands"),
                ],
                "verbose_name": "review",
            },
        ),
        migrations.AddIndex(
            model_name="reviewitem",
            index=models.Index(
                condition=models.Q(("status", "PENDING")), fields=["urgent_at", "id"], name="review_by_urgency"
            ),
        ),
        migrations.AddIndex(
            model_name="reviewitem",
            index=models.Index(
                condition=models.Q(("status", "PENDING")),
                fields=["brand", "urgent_at", "id"],
                name="review_urgent_of_brand",
            ),
        ),
        migrations.AddIndex(
            model_name="reviewitem",
            index=models.Index(
                condition=models.Q(("status", "PENDING")),
                fields=["agent", "urgent_at", "id"],
                name="review_urgent_of_agent",
            ),
        ),
        migrations.AddIndex(
            model_name="reviewitem",
            index=models.Index(
                condition=models.Q(("status", "PENDING")),
                fields=["group", "urgent_at", "id"],
                name="review_urgent_of_group",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_hash__gt", ""), ("status", "APPROVED")),
                    models.Q(
                        models.Q(("status", "APPROVED"), _negated=True), ("approved_hash", ""), ("edited__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="review_yes_covers_one_content",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("final_at__isnull", False), ("status__in", ["APPROVED", "REJECTED"])),
                    models.Q(
                        models.Q(("status__in", ["APPROVED", "REJECTED"]), _negated=True),
                        ("final_at__isnull", True),
                        ("reject_span", ""),
                    ),
                    _connector="OR",
                ),
                name="review_answer_has_a_window",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("claimed_by", ""), ("claimed_until__isnull", True)),
                    models.Q(("claimed_by__gt", ""), ("claimed_until__isnull", False), ("status", "PENDING")),
                    _connector="OR",
                ),
                name="review_claim_has_a_name_and_an_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("held_by", ""), ("held_until__isnull", True), ("hold_reason", "")),
                    models.Q(("held_by__gt", ""), ("hold_reason__gt", ""), ("status", "PENDING")),
                    _connector="OR",
                ),
                name="review_hold_has_a_name_and_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("assign_reason", ""), ("assigned_by", ""), ("assigned_to", "")),
                    models.Q(("assign_reason__gt", ""), ("assigned_by__gt", ""), ("assigned_to__gt", "")),
                    _connector="OR",
                ),
                name="review_handed_over_by_a_name_with_a_reason",
            ),
        ),
        migrations.AddField(
            model_name="reviewskip",
            name="brand",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
            ),
        ),
        migrations.AddField(
            model_name="reviewskip",
            name="item",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="skips",
                to="governance.reviewitem",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedqueue",
            constraint=models.UniqueConstraint(fields=("owner", "name"), name="queue_name_is_the_owners_once"),
        ),
        migrations.AddConstraint(
            model_name="savedqueue",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_shared", True)), fields=("name",), name="queue_shared_name_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="savedqueue",
            constraint=models.CheckConstraint(
                condition=models.Q(("name__gt", ""), ("owner__gt", "")), name="queue_has_a_name_and_an_owner"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewskip",
            constraint=models.UniqueConstraint(fields=("brand", "id"), name="reviewskip_brand_and_id"),
        ),
        migrations.AddConstraint(
            model_name="reviewskip",
            constraint=models.UniqueConstraint(fields=("brand", "item", "reviewer"), name="review_skipped_once_by_one"),
        ),
        migrations.AddConstraint(
            model_name="reviewskip",
            constraint=models.CheckConstraint(condition=models.Q(("reviewer__gt", "")), name="review_skip_has_a_name"),
        ),
        sqlops.tenant("governance_reviewskip", app="SELECT"),
        sqlops.composite_key("governance_reviewskip", "item_id", "governance_reviewitem"),
        sqlops.fleet("governance_savedqueue", app="", operator="SELECT, INSERT, UPDATE, DELETE"),
        sqlops.sql_file(REVIEWS / "hands.sql"),
        migrations.RunSQL(
            "DROP TRIGGER guard_governance_reviewitem ON governance_reviewitem;"
            "DROP TRIGGER record_governance_reviewitem ON governance_reviewitem;"
            "DROP TRIGGER record_governance_reviewitem_change ON governance_reviewitem;",
            migrations.RunSQL.noop,
        ),
        sqlops.guarded(
            "governance_reviewitem",
            arrows={
                "PENDING": ["APPROVED", "REJECTED", "EXPIRED", "WITHDRAWN"],
                "APPROVED": ["PENDING", "WITHDRAWN"],
                "REJECTED": ["PENDING", "WITHDRAWN"],
                "EXPIRED": [],
                "WITHDRAWN": [],
            },
            initial=["PENDING"],
        ),
        sqlops.audited(
            "governance_reviewitem",
            subject="governance.reviewitem",
            task_column="task",
            body=["subject", "kind", "content_hash", "decided_by", "reason_code", "consumed_at", "answer"]
            + ["approved_hash", "held_by", "held_until", "assigned_to"],
        ),
    ]
