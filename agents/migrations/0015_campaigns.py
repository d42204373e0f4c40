"""Campaigns; and the versions that work is made with, compared where it is finished, judged and committed (docs/adr/0024)."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

ROOMS = Path(__file__).parent.parent
# Their columns or what they return has changed: a database that has the former ones gets them anew.
STATEMENTS = """
DROP FUNCTION IF EXISTS agents_task_take(text, text[], integer, text, interval, bigint);
DROP FUNCTION IF EXISTS agents_task_upstream(bigint, bigint);
DROP FUNCTION IF EXISTS agents_task_release(bigint, bigint[]);
DROP FUNCTION IF EXISTS agents_task_proposed(bigint, text, boolean, jsonb);
DROP FUNCTION IF EXISTS agents_task_accepted(bigint, text, boolean, jsonb);
DROP FUNCTION IF EXISTS agents_task_committed(bigint, text, jsonb);
DROP FUNCTION IF EXISTS agents_goal_close(bigint, bigint[]);
DROP FUNCTION IF EXISTS agents_plan_lay_out(bigint, jsonb);
DROP FUNCTION IF EXISTS agents_goal_begin(bigint, text, jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0014_calibration_schedule"),
        ("core", "0005_archivist"),
        ("governance", "0017_policy_version"),
    ]

    operations = [
        migrations.CreateModel(
            name="CampaignAgent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("active", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="Replan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("discarded", models.BigIntegerField()),
                ("follower", models.BigIntegerField(null=True)),
                (
                    "stale_of",
                    models.CharField(
                        choices=[
                            ("persona", "The persona has changed"),
                            ("campaign", "The campaign has changed"),
                            ("policy", "The policies have changed"),
                        ],
                        max_length=12,
                    ),
                ),
                ("was", models.IntegerField()),
                ("is_now", models.IntegerField()),
                ("number", models.IntegerField()),
                ("asked", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
            ],
        ),
        migrations.AddField(
            model_name="agent",
            name="tags",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=30), blank=True, db_default=[], default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="goal",
            name="campaign_version",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="goal",
            name="keeps_versions",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="goal",
            name="policy_version",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="task",
            name="campaign_version",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="task",
            name="keeps_versions",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="task",
            name="policy_version",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name="Campaign",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("status", models.CharField(max_length=16)),
                ("state_version", models.IntegerField(default=1, editable=False)),
                ("name", models.CharField(max_length=120)),
                ("brief", models.TextField()),
                (
                    "about",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80), blank=True, default=list, size=None
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("day_usd_micros", models.BigIntegerField()),
                ("total_usd_micros", models.BigIntegerField()),
                ("posts_per_day", models.IntegerField(default=1)),
                (
                    "sponsorship",
                    models.CharField(
                        choices=[
                            ("none", "Nobody pays"),
                            ("own", "The brand's own product"),
                            ("paid", "Paid for by somebody else"),
                            ("gifted", "Products were given"),
                            ("affiliate", "A share of sales"),
                        ],
                        default="none",
                        max_length=12,
                    ),
                ),
                ("version", models.IntegerField(default=1, editable=False)),
                ("note", models.TextField(blank=True, default="")),
                ("made_at", models.DateTimeField(db_default=chimera.core.clock.Now(), editable=False)),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
                    ),
                ),
            ],
            options={
                "permissions": [("run_campaign", "Can write, start, pause and end campaigns")],
            },
        ),
        migrations.AddField(
            model_name="goal",
            name="campaign",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="agents.campaign",
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="campaign",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="agents.campaign",
            ),
        ),
        migrations.AddIndex(
            model_name="goal",
            index=models.Index(
                condition=models.Q(("campaign__isnull", False)),
                fields=["brand", "campaign", "made_at"],
                name="goal_by_campaign",
            ),
        ),
        migrations.AddConstraint(
            model_name="goal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("campaign__isnull", True), ("campaign_version__isnull", True)),
                    models.Q(("campaign__isnull", False), ("campaign_version__isnull", False)),
                    _connector="OR",
                ),
                name="goal_of_a_campaign_pins_its_version",
            ),
        ),
        migrations.AddField(
            model_name="campaignagent",
            name="agent",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agents.agent"
            ),
        ),
        migrations.AddField(
            model_name="campaignagent",
            name="brand",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
            ),
        ),
        migrations.AddField(
            model_name="campaignagent",
            name="campaign",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="casting",
                to="agents.campaign",
            ),
        ),
        migrations.AddField(
            model_name="replan",
            name="brand",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.brand",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.UniqueConstraint(fields=("brand", "id"), name="campaign_brand_and_id"),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.UniqueConstraint(fields=("brand", "name"), name="campaign_name_once_per_brand"),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["DRAFT", "ACTIVE", "PAUSED", "ENDED", "CANCELLED"])),
                name="campaign_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="campaign_ends_after_its_start"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("day_usd_micros__gte", 0), ("total_usd_micros__gte", models.F("day_usd_micros"))),
                name="campaign_total_holds_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("posts_per_day__range", (1, 20))), name="campaign_posts_are_bounded"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.LessThanOrEqual(
                    django.db.models.functions.text.Length("brief"), 20000
                ),
                name="campaign_brief_is_bounded",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("sponsorship__in", ["none", "own", "paid", "gifted", "affiliate"])),
                name="campaign_sponsor_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignagent",
            constraint=models.UniqueConstraint(fields=("brand", "campaign", "agent"), name="campaignagent_once"),
        ),
        migrations.AddConstraint(
            model_name="replan",
            constraint=models.UniqueConstraint(fields=("brand", "id"), name="replan_brand_and_id"),
        ),
        migrations.AddConstraint(
            model_name="replan",
            constraint=models.UniqueConstraint(fields=("brand", "discarded", "asked"), name="replan_once_per_goal"),
        ),
        migrations.AddConstraint(
            model_name="replan",
            constraint=models.CheckConstraint(
                condition=models.Q(("stale_of__in", ["persona", "campaign", "policy"])), name="replan_cause_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="replan",
            constraint=models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="replan_is_counted"),
        ),
        sqlops.tenant("agents_campaign"),
        sqlops.guarded(
            "agents_campaign",
            arrows={
                "DRAFT": ["ACTIVE", "CANCELLED"],
                "ACTIVE": ["PAUSED", "ENDED", "CANCELLED"],
                "PAUSED": ["ACTIVE", "ENDED", "CANCELLED"],
                "ENDED": [],
                "CANCELLED": [],
            },
            initial=["DRAFT"],
        ),
        sqlops.sql_file(ROOMS / "campaigns" / "sql" / "campaigns.sql"),
        sqlops.audited(
            "agents_campaign",
            subject="agents.campaign",
            body=["version", "day_usd_micros", "total_usd_micros", "starts_at", "ends_at"],
        ),
        sqlops.tenant("agents_campaignagent"),
        sqlops.composite_key("agents_campaignagent", "campaign_id", "agents_campaign"),
        sqlops.composite_key("agents_campaignagent", "agent_id", "agents_agent"),
        sqlops.audited(
            "agents_campaignagent",
            subject="agents.campaignagent",
            versioned=False,
            body=["campaign_id", "agent_id", "active"],
        ),
        sqlops.composite_key("agents_goal", "campaign_id", "agents_campaign"),
        sqlops.tenant("agents_replan", app="SELECT, INSERT", operator="SELECT, INSERT"),
        sqlops.append_only("agents_replan"),
        sqlops.audited(
            "agents_replan",
            subject="agents.replan",
            versioned=False,
            body=["discarded", "follower", "stale_of", "was", "is_now", "number", "asked"],
        ),
        migrations.RunSQL(STATEMENTS, reverse_sql=migrations.RunSQL.noop),
        sqlops.sql_file(ROOMS / "tasks" / "sql" / "take.sql"),
        sqlops.sql_file(ROOMS / "tasks" / "sql" / "finish.sql"),
        sqlops.sql_file(ROOMS / "tasks" / "sql" / "begin.sql"),
        sqlops.sql_file(ROOMS / "tasks" / "sql" / "stale.sql"),
    ]
