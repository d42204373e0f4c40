"""Indexes and key checks that others already cover are dropped from the tables that every task writes (docs/adr/0014)."""

import django.db.models.deletion
from django.db import migrations, models

from chimera.core import sqlops


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_lean_keys"),
        ("governance", "0004_sets"),
    ]

    operations = [
        migrations.AlterField(
            model_name="attempt",
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
            model_name="auditevent",
            name="brand",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.brand",
            ),
        ),
        migrations.AlterField(
            model_name="budget",
            name="brand",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
            ),
        ),
        migrations.AlterField(
            model_name="budgetlimit",
            name="brand",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
            ),
        ),
        migrations.AlterField(
            model_name="effect",
            name="brand",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
            ),
        ),
        migrations.AlterField(
            model_name="hold",
            name="brand",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
            ),
        ),
        migrations.AlterField(
            model_name="reviewitem",
            name="brand",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
            ),
        ),
        migrations.RunSQL("ALTER TABLE governance_hold SET (fillfactor = 80)", migrations.RunSQL.noop),
        sqlops.audited_by_own_function(
            "governance_hold",
            subject="governance.hold",
            task_column="about",
            body=["amount_usd_micros", "settled_usd_micros", "scopes", "day"],
        ),
    ]
