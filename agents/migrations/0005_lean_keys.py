"""Indexes and key checks that others already cover are dropped from the tables that every task writes (docs/adr/0014)."""

import django.db.models.deletion
from django.db import migrations, models

from chimera.core import sqlops


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0004_engine"),
        ("core", "0003_lean_keys"),
    ]

    operations = [
        migrations.AlterField(
            model_name="agent",
            name="brand",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
            ),
        ),
        migrations.AlterField(
            model_name="artifact",
            name="brand",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.brand",
            ),
        ),
        migrations.AlterField(
            model_name="artifact",
            name="task",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to="agents.task"
            ),
        ),
        migrations.AlterField(
            model_name="dependency",
            name="brand",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.brand",
            ),
        ),
        migrations.AlterField(
            model_name="dependency",
            name="predecessor",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agents.task",
            ),
        ),
        migrations.AlterField(
            model_name="dependency",
            name="successor",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agents.task",
            ),
        ),
        migrations.AlterField(
            model_name="goal",
            name="agent",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to="agents.agent"
            ),
        ),
        migrations.AlterField(
            model_name="goal",
            name="brand",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.brand",
            ),
        ),
        migrations.AlterField(
            model_name="goal",
            name="soul",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to="agents.soul"
            ),
        ),
        migrations.AlterField(
            model_name="plan",
            name="brand",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.brand",
            ),
        ),
        migrations.AlterField(
            model_name="plan",
            name="goal",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to="agents.goal"
            ),
        ),
        migrations.AlterField(
            model_name="soul",
            name="brand",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
            ),
        ),
        migrations.AlterField(
            model_name="task",
            name="agent",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to="agents.agent"
            ),
        ),
        migrations.AlterField(
            model_name="task",
            name="brand",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.brand",
            ),
        ),
        migrations.AlterField(
            model_name="task",
            name="goal",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to="agents.goal"
            ),
        ),
        migrations.AlterField(
            model_name="task",
            name="soul",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to="agents.soul"
            ),
        ),
        migrations.AlterField(
            model_name="verdict",
            name="brand",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.brand",
            ),
        ),
        migrations.AlterField(
            model_name="verdict",
            name="task",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to="agents.task"
            ),
        ),
        sqlops.audited_by_own_function(
            "agents_goal", subject="agents.goal", body=["agent_id", "soul_id", "trend_id", "relevance_bp"]
        ),
        sqlops.audited_by_own_function(
            "agents_plan",
            subject="agents.plan",
            versioned=False,
            body=["goal_id", "estimate_usd_micros", "retries", "returns"],
        ),
        sqlops.audited_by_own_function(
            "agents_task",
            subject="agents.task",
            task_column="id",
            body=["goal_id", "kind", "soul_id"],
            also=["fence", "attempts"],
        ),
    ]
