"""Near texts and images are found by windows of their bits, measured on a narrow table, at nearly one price."""

from pathlib import Path

import django.db.models.deletion
import pgvector.django.bit
from django.db import migrations, models

from chimera.core import sqlops

SQL = Path(__file__).parent.parent / "fingerprints" / "sql"


class Migration(migrations.Migration):
    dependencies = [("publishing", "0011_quarantine")]

    operations = [
        migrations.CreateModel(
            name="Likeness",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("post_id", models.BigIntegerField()),
                ("day", models.DateField()),
                ("shelf", models.IntegerField()),
                ("bits", pgvector.django.bit.BitField(length=256)),
                (
                    "brand",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.brand",
                    ),
                ),
            ],
        ),
        sqlops.tenant("publishing_likeness", app="SELECT, INSERT", operator="SELECT, INSERT"),
        sqlops.append_only("publishing_likeness"),
        sqlops.sql_file(SQL / "windows.sql"),
        sqlops.sql_file(SQL / "near.sql"),
    ]
