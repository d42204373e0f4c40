"""What every own post is like, and the function that compares over all brands without telling what they say."""

from pathlib import Path

import django.db.models.deletion
import pgvector.django.bit
import pgvector.django.vector
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

SQL = Path(__file__).parent.parent / "fingerprints" / "sql" / "fleet.sql"


class Migration(migrations.Migration):
    dependencies = [("core", "0005_archivist"), ("publishing", "0006_likeness")]

    operations = [
        migrations.CreateModel(
            name="Fingerprint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("post_id", models.BigIntegerField()),
                ("place", models.SmallIntegerField(db_default=0, default=0)),
                ("account_id", models.BigIntegerField()),
                ("day", models.DateField()),
                ("text_hash", models.CharField(blank=True, db_default="", default="", max_length=64)),
                ("vector", pgvector.django.vector.VectorField(dimensions=256, null=True)),
                ("image_sha256", models.CharField(blank=True, db_default="", default="", max_length=64)),
                ("likeness", pgvector.django.bit.BitField(length=256, null=True)),
                ("made_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="fingerprint", index=models.Index(fields=["text_hash"], name="fingerprint_by_text")
        ),
        migrations.AddIndex(
            model_name="fingerprint", index=models.Index(fields=["image_sha256"], name="fingerprint_by_image")
        ),
        migrations.AddIndex(model_name="fingerprint", index=models.Index(fields=["day"], name="fingerprint_by_day")),
        migrations.AddConstraint(
            model_name="fingerprint",
            constraint=models.UniqueConstraint(
                fields=("brand", "post_id", "place"), name="fingerprint_once_per_post_and_place"
            ),
        ),
        sqlops.tenant("publishing_fingerprint", app="SELECT, INSERT", operator="SELECT, INSERT"),
        sqlops.append_only("publishing_fingerprint"),
        sqlops.sql_file(SQL),
    ]
