"""Cohorts of agents, and rollouts of a change with a canary first."""

import django.db.models.deletion
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0015_campaigns"),
        ("core", "0005_archivist"),
    ]

    operations = [
        migrations.CreateModel(
            name="Cohort",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.SlugField(max_length=60)),
                ("query", models.JSONField()),
                ("made_at", models.DateTimeField(db_default=chimera.core.clock.Now(), editable=False)),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
                    ),
                ),
            ],
            options={
                "permissions": [("run_cohort", "Can act on cohorts and roll changes out")],
            },
        ),
        migrations.CreateModel(
            name="Rollout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("status", models.CharField(max_length=16)),
                ("state_version", models.IntegerField(default=1, editable=False)),
                ("change", models.JSONField()),
                ("reason", models.TextField()),
                ("posts_min", models.IntegerField()),
                ("wait_s", models.IntegerField()),
                ("began_at", models.DateTimeField(db_default=chimera.core.clock.Now(), editable=False)),
                ("figures", models.JSONField(db_default={}, default=dict)),
                ("proposal", models.TextField(blank=True, default="")),
                ("decided_by", models.CharField(blank=True, default="", max_length=160)),
                ("note", models.TextField(blank=True, default="")),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
                    ),
                ),
                (
                    "cohort",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rollouts",
                        to="agents.cohort",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RolloutMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_canary", models.BooleanField()),
                ("before", models.BigIntegerField(null=True)),
                ("after", models.BigIntegerField(null=True)),
                ("applied_at", models.DateTimeField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                ("failure", models.TextField(blank=True, default="")),
                ("settled", models.BooleanField(default=False)),
                (
                    "agent",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agents.agent",
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
                    ),
                ),
                (
                    "rollout",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="agents.rollout",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="cohort",
            constraint=models.UniqueConstraint(fields=("brand", "id"), name="cohort_brand_and_id"),
        ),
        migrations.AddConstraint(
            model_name="cohort",
            constraint=models.UniqueConstraint(fields=("brand", "name"), name="cohort_name_once_per_brand"),
        ),
        migrations.AddConstraint(
            model_name="rollout",
            constraint=models.UniqueConstraint(fields=("brand", "id"), name="rollout_brand_and_id"),
        ),
        migrations.AddConstraint(
            model_name="rollout",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ("CANARY", "READY"))),
                fields=("brand", "cohort"),
                name="rollout_open_once_per_cohort",
            ),
        ),
        migrations.AddConstraint(
            model_name="rollout",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["CANARY", "READY", "ROLLED_OUT", "ROLLED_BACK"])),
                name="rollout_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="rollout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "ROLLED_OUT"), _negated=True),
                    models.Q(("decided_by", ""), _negated=True),
                    _connector="OR",
                ),
                name="rollout_has_a_human_yes",
            ),
        ),
        migrations.AddConstraint(
            model_name="rolloutmember",
            constraint=models.UniqueConstraint(fields=("brand", "rollout", "agent"), name="rolloutmember_once"),
        ),
        migrations.AddConstraint(
            model_name="rolloutmember",
            constraint=models.UniqueConstraint(
                condition=models.Q(("settled", False)),
                fields=("brand", "agent"),
                name="rolloutmember_agent_is_in_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="rolloutmember",
            constraint=models.CheckConstraint(
                condition=models.Q(("undone_at__isnull", True), ("applied_at__isnull", False), _connector="OR"),
                name="rolloutmember_undoes_what_it_did",
            ),
        ),
        sqlops.tenant("agents_cohort"),
        sqlops.audited("agents_cohort", subject="agents.cohort", versioned=False, body=["name"]),
        sqlops.tenant("agents_rollout"),
        sqlops.composite_key("agents_rollout", "cohort_id", "agents_cohort"),
        sqlops.guarded(
            "agents_rollout",
            arrows={
                "CANARY": ["READY", "ROLLED_BACK"],
                "READY": ["ROLLED_OUT", "ROLLED_BACK"],
                "ROLLED_OUT": [],
                "ROLLED_BACK": [],
            },
            initial=["CANARY"],
        ),
        sqlops.audited("agents_rollout", subject="agents.rollout", body=["cohort_id"]),
        sqlops.tenant("agents_rolloutmember"),
        sqlops.composite_key("agents_rolloutmember", "rollout_id", "agents_rollout"),
        sqlops.composite_key("agents_rolloutmember", "agent_id", "agents_agent"),
        sqlops.audited(
            "agents_rolloutmember",
            subject="agents.rolloutmember",
            versioned=False,
            body=["rollout_id", "agent_id", "is_canary", "before", "after", "applied_at", "undone_at"],
        ),
    ]
