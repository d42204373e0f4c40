"""Thresholds of a scope and kind, only ever tighter than the fleet's; blind samples as cards."""

import django.db.models.deletion
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_archivist"),
        ("governance", "0015_brand_policy"),
    ]

    operations = [
        migrations.CreateModel(
            name="Threshold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("status", models.CharField(max_length=16)),
                ("state_version", models.IntegerField(default=1, editable=False)),
                ("scope", models.CharField(max_length=80)),
                ("kind", models.CharField(blank=True, default="", max_length=40)),
                ("act_above_bp", models.IntegerField()),
                ("retry_below_bp", models.IntegerField()),
                ("reason", models.TextField()),
                ("set_by", models.CharField(max_length=160)),
                ("since", models.DateTimeField(db_default=chimera.core.clock.Now(), editable=False)),
                ("ended_by", models.CharField(blank=True, default="", max_length=160)),
                ("ended_at", models.DateTimeField(editable=False, null=True)),
                ("end_reason", models.TextField(blank=True, default="")),
            ],
            options={
                "permissions": [("set_threshold", "Can set and lift thresholds")],
            },
        ),
        migrations.AlterField(
            model_name="reviewitem",
            name="kind",
            field=models.CharField(
                choices=[
                    ("doubt", "The judge doubts"),
                    ("rule", "A rule asks for a human"),
                    ("probation", "The agent is on probation"),
                    ("retries", "The retries are used up"),
                    ("exhausted", "The attempts are used up"),
                    ("in_doubt", "Nobody knows whether it was sent"),
                    ("sample", "A blind sample of what is out"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewitem",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "sample")), fields=("brand", "about"), name="review_sampled_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "sample"), _negated=True),
                    models.Q(("snapshot__has_any_keys", ["verdict", "measures", "routing"]), _negated=True),
                    _connector="OR",
                ),
                name="review_sample_is_blind",
            ),
        ),
        migrations.AddField(
            model_name="threshold",
            name="brand",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
            ),
        ),
        migrations.AddConstraint(
            model_name="threshold",
            constraint=models.UniqueConstraint(fields=("brand", "id"), name="threshold_brand_and_id"),
        ),
        migrations.AddConstraint(
            model_name="threshold",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "IN_FORCE")),
                fields=("brand", "scope", "kind"),
                name="threshold_in_force_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="threshold",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["IN_FORCE", "ENDED"])), name="threshold_status_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="threshold",
            constraint=models.CheckConstraint(
                condition=models.Q(("scope__regex", "^(brand|agent|campaign):[0-9]+$")),
                name="threshold_scope_is_of_a_brand",
            ),
        ),
        migrations.AddConstraint(
            model_name="threshold",
            constraint=models.CheckConstraint(
                condition=models.Q(("act_above_bp__range", (9000, 10000))), name="threshold_act_only_tighter"
            ),
        ),
        migrations.AddConstraint(
            model_name="threshold",
            constraint=models.CheckConstraint(
                condition=models.Q(("retry_below_bp__range", (7000, models.F("act_above_bp")))),
                name="threshold_retry_only_tighter",
            ),
        ),
        migrations.AddConstraint(
            model_name="threshold",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="threshold_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="threshold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("status", "IN_FORCE")),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("status", "ENDED"),
                        models.Q(("ended_by", ""), _negated=True),
                        models.Q(("end_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="threshold_end_has_time_name_and_reason",
            ),
        ),
        sqlops.tenant("governance_threshold", app="SELECT"),
        sqlops.guarded("governance_threshold", arrows={"IN_FORCE": ["ENDED"], "ENDED": []}, initial=["IN_FORCE"]),
        sqlops.audited(
            "governance_threshold",
            subject="governance.threshold",
            body=["scope", "kind", "act_above_bp", "retry_below_bp"],
        ),
    ]
