"""Who was told what they talk to; forgotten by the archivist."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

ROOM = Path(__file__).parent.parent / "honesty"


class Migration(migrations.Migration):
    dependencies = [("core", "0007_call_usage")]

    operations = [
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.CharField(max_length=40)),
                ("author", models.CharField(max_length=80)),
                ("speaker", models.CharField(max_length=80)),
                ("language", models.CharField(max_length=2)),
                ("told_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["brand", "told_at"], name="disclosure_by_age")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("brand", "platform", "author", "speaker"), name="disclosure_once_per_speaker"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("author__regex", r"^a[0-9a-z]{1,12}\.[0-9a-f]{40}$")),
                        name="disclosure_author_is_a_hash",
                    ),
                ],
            },
        ),
        sqlops.tenant("core_disclosure", app="SELECT, INSERT", operator="SELECT, INSERT"),
        sqlops.sql_file(ROOM / "sql" / "disclosures.sql"),
    ]
