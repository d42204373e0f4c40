"""Decisions, advice, since when an agent stands on its rung; a claim brings thresholds and confidence along."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

TAKE = Path(__file__).parent.parent / "tasks" / "sql" / "take.sql"
FORMER = """
DROP FUNCTION agents_task_take(text, text[], integer, text, interval, bigint);
DROP FUNCTION agents_task_upstream(bigint, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0010_late_goals"),
        ("core", "0005_archivist"),
        ("governance", "0016_judging"),
    ]

    operations = [
        migrations.AddField(
            model_name="agent",
            name="rung_since",
            field=models.DateTimeField(db_default=chimera.core.clock.Now()),
        ),
        migrations.CreateModel(
            name="Advice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("status", models.CharField(max_length=16)),
                ("state_version", models.IntegerField(default=1, editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("threshold", "A threshold"), ("rung", "A rung of trust")], max_length=12
                    ),
                ),
                ("scope", models.CharField(max_length=80)),
                ("act_above_bp", models.IntegerField(null=True)),
                ("rung", models.CharField(blank=True, default="", max_length=16)),
                ("why", models.TextField()),
                ("figures", models.JSONField()),
                ("made_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                ("decided_by", models.CharField(blank=True, default="", max_length=160)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision_reason", models.TextField(blank=True, default="")),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "advice",
                "permissions": [("decide_advice", "Can take or decline advice")],
                "constraints": [
                    models.UniqueConstraint(fields=("brand", "id"), name="advice_brand_and_id"),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "OPEN")),
                        fields=("brand", "kind", "scope"),
                        name="advice_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["OPEN", "TAKEN", "DECLINED", "OVERTAKEN"])),
                        name="advice_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("act_above_bp__range", (9000, 10000)), ("kind", "threshold"), ("rung", "")),
                            models.Q(
                                ("act_above_bp__isnull", True),
                                ("kind", "rung"),
                                ("rung__in", ["PROBATION", "SUPERVISED", "AUTONOMOUS"]),
                            ),
                            _connector="OR",
                        ),
                        name="advice_stays_within_bounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["TAKEN", "DECLINED"]), _negated=True),
                            models.Q(
                                ("decided_at__isnull", False),
                                models.Q(("decided_by", ""), _negated=True),
                                models.Q(("decision_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="advice_decision_has_name_and_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("review_id", models.BigIntegerField()),
                ("task_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=40)),
                ("topic", models.CharField(max_length=400)),
                ("content_hash", models.CharField(max_length=64)),
                ("composite_bp", models.IntegerField(null=True)),
                ("is_clean", models.BooleanField()),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("approved", "Left as it is"),
                            ("edited", "Changed, then let out"),
                            ("rejected", "Not let out"),
                        ],
                        max_length=12,
                    ),
                ),
                ("is_blind", models.BooleanField()),
                ("made_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                (
                    "agent",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="agents.agent",
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
                "indexes": [models.Index(fields=["brand", "agent", "id"], name="decision_by_agent")],
                "constraints": [
                    models.UniqueConstraint(fields=("brand", "id"), name="decision_brand_and_id"),
                    models.UniqueConstraint(fields=("brand", "review_id"), name="decision_once_per_review"),
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ["approved", "edited", "rejected"])),
                        name="decision_answer_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("composite_bp__isnull", True), ("composite_bp__range", (0, 10000)), _connector="OR"
                        ),
                        name="decision_composite_is_a_score",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RungStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_rung", models.CharField(max_length=16)),
                ("to_rung", models.CharField(max_length=16)),
                ("reason", models.TextField()),
                ("actor", models.CharField(max_length=160)),
                ("made_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                (
                    "agent",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="agents.agent",
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
                "indexes": [models.Index(fields=["brand", "agent", "id"], name="rungstep_by_agent")],
                "constraints": [
                    models.UniqueConstraint(fields=("brand", "id"), name="rungstep_brand_and_id"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_rung__in", ["PROBATION", "SUPERVISED", "AUTONOMOUS"]),
                            ("to_rung__in", ["PROBATION", "SUPERVISED", "AUTONOMOUS"]),
                            models.Q(("from_rung", models.F("to_rung")), _negated=True),
                        ),
                        name="rungstep_is_a_step",
                    ),
                ],
            },
        ),
        sqlops.tenant("agents_rungstep", app="SELECT, INSERT", operator="SELECT, INSERT"),
        sqlops.composite_key("agents_rungstep", "agent_id", "agents_agent"),
        sqlops.append_only("agents_rungstep"),
        sqlops.tenant("agents_decision", app="SELECT, INSERT", operator="SELECT"),
        sqlops.composite_key("agents_decision", "agent_id", "agents_agent"),
        sqlops.composite_key("agents_decision", "review_id", "governance_reviewitem"),
        sqlops.append_only("agents_decision"),
        sqlops.tenant("agents_advice"),
        sqlops.guarded(
            "agents_advice",
            arrows={"OPEN": ["TAKEN", "DECLINED", "OVERTAKEN"], "TAKEN": [], "DECLINED": [], "OVERTAKEN": []},
            initial=["OPEN"],
        ),
        sqlops.audited("agents_advice", subject="agents.advice", body=["kind", "scope", "act_above_bp", "rung"]),
        migrations.RunSQL(FORMER, reverse_sql=migrations.RunSQL.noop),
        sqlops.sql_file(TAKE),
    ]
