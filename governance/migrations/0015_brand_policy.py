"""What a brand decides about its rules: topics, domains, quiet hours; versioned and on the record."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

SQL = Path(__file__).parent.parent / "policies" / "sql" / "brand_policy.sql"


def _listed(length):
    return django.contrib.postgres.fields.ArrayField(
        base_field=models.CharField(max_length=length), blank=True, default=list, size=None
    )


class Migration(migrations.Migration):
    dependencies = [("core", "0005_archivist"), ("governance", "0014_stops")]

    operations = [
        migrations.CreateModel(
            name="BrandPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state_version", models.IntegerField(default=1, editable=False)),
                ("forbidden_topics", _listed(80)),
                ("sensitive_topics", _listed(80)),
                ("link_domains", _listed(120)),
                ("affiliate_domains", _listed(120)),
                ("quiet_from", models.TimeField(blank=True, null=True)),
                ("quiet_until", models.TimeField(blank=True, null=True)),
                ("quiet_zone", models.CharField(blank=True, default="UTC", max_length=60)),
                ("blackout_from", models.DateTimeField(blank=True, null=True)),
                ("blackout_until", models.DateTimeField(blank=True, null=True)),
                ("content_hash", models.CharField(editable=False, max_length=64)),
                ("changed_at", models.DateTimeField(db_default=chimera.core.clock.Now(), editable=False)),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
                    ),
                ),
            ],
            options={"verbose_name": "brand policy", "verbose_name_plural": "brand policies"},
        ),
        migrations.AddConstraint(
            model_name="brandpolicy",
            constraint=models.UniqueConstraint(fields=("brand",), name="brandpolicy_once_per_brand"),
        ),
        migrations.AddConstraint(
            model_name="brandpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("quiet_from__isnull", True), ("quiet_until__isnull", True)),
                    models.Q(
                        ("quiet_from__isnull", False),
                        ("quiet_until__isnull", False),
                        models.Q(("quiet_from", models.F("quiet_until")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="brandpolicy_quiet_hours_are_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="brandpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("blackout_from__isnull", True), ("blackout_until__isnull", True)),
                    models.Q(
                        ("blackout_from__isnull", False),
                        ("blackout_until__gt", models.F("blackout_from")),
                        ("blackout_until__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="brandpolicy_blackout_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="brandpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("forbidden_topics__len__lte", 200),
                    ("sensitive_topics__len__lte", 200),
                    ("link_domains__len__lte", 200),
                    ("affiliate_domains__len__lte", 200),
                ),
                name="brandpolicy_lists_are_bounded",
            ),
        ),
        sqlops.tenant("governance_brandpolicy", app="SELECT"),
        sqlops.sql_file(SQL),
        sqlops.audited(
            "governance_brandpolicy",
            subject="governance.brandpolicy",
            versioned=False,
            body=["state_version", "content_hash"],
        ),
    ]
