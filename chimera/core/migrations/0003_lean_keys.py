"""Every table of a brand has indexes that begin with it; one for the brand alone served nobody."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_promises"),
    ]

    operations = [
        migrations.AlterField(
            model_name="callrecord",
            name="brand",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
            ),
        ),
    ]
