"""What is remembered of published posts."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import pgvector.django.vector
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

SQL = Path(__file__).parent.parent / "memory" / "sql"


class Migration(migrations.Migration):
    dependencies = [("agents", "0022_telling_schedule"), ("core", "0008_pii"), ("publishing", "0008_bands")]

    operations = [
        migrations.CreateModel(
            name="Memory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("post_id", models.BigIntegerField()),
                ("agent_id", models.BigIntegerField()),
                ("published_at", models.DateTimeField()),
                ("noted_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                (
                    "authors",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80), default=list, size=None
                    ),
                ),
                ("is_here", models.BooleanField(db_default=False, default=False)),
                ("text", models.TextField(blank=True, db_default="", default="")),
                ("origin", models.TextField(blank=True, db_default="", default="")),
                ("vector", pgvector.django.vector.VectorField(dimensions=256, null=True)),
                ("kept_at", models.DateTimeField(null=True)),
                ("forgotten_at", models.DateTimeField(null=True)),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["brand", "published_at"], name="memory_by_time"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("brand", "post_id"), name="memory_once_per_post"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_here", True),
                            models.Q(("origin", ""), ("text", ""), ("vector__isnull", True)),
                            _connector="OR",
                        ),
                        name="memory_elsewhere_has_no_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_here", False), ("kept_at__isnull", False), _connector="OR"),
                        name="memory_here_is_kept",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("forgotten_at__isnull", True),
                            models.Q(("authors", []), ("is_here", False)),
                            _connector="OR",
                        ),
                        name="memory_forgotten_is_empty",
                    ),
                ],
            },
        ),
        # `authors` has its default in the database too: what keeps words need not name anybody.
        migrations.RunSQL(
            "ALTER TABLE agents_memory ALTER COLUMN authors SET DEFAULT '{}'", reverse_sql=migrations.RunSQL.noop
        ),
        sqlops.tenant("agents_memory"),
        sqlops.sql_file(SQL / "memory.sql"),
        sqlops.sql_file(SQL / "recall.sql"),
        sqlops.sql_file(SQL / "expiring.sql"),
    ]
