"""Reference pictures of personas, how like them their pictures are, and assets on the record by their hash."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

WRITTEN_ONCE = "SELECT, INSERT"


def _of_a_brand() -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0008_pii"),
        ("publishing", "0022_quotas"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("belongs_to", models.CharField(max_length=80)),
                ("traits_digest", models.CharField(max_length=64)),
                ("place", models.SmallIntegerField()),
                ("content_hash", models.CharField(max_length=64)),
                (
                    "head",
                    django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), size=4),
                ),
                ("made_by", models.CharField(max_length=160)),
                ("made_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                ("brand", _of_a_brand()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("brand", "belongs_to", "traits_digest", "place"), name="reference_once_per_place"
                    ),
                    models.CheckConstraint(condition=models.Q(("place__range", (0, 9))), name="reference_set_is_small"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Resemblance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("belongs_to", models.CharField(max_length=80)),
                ("traits_digest", models.CharField(max_length=64)),
                ("content_hash", models.CharField(max_length=64)),
                ("score_bp", models.SmallIntegerField()),
                ("gate_bp", models.SmallIntegerField()),
                ("outcome", models.CharField(max_length=12)),
                ("draw", models.SmallIntegerField(default=1)),
                ("parts", models.JSONField(default=dict)),
                ("made_at", models.DateTimeField(db_default=chimera.core.clock.Now())),
                ("brand", _of_a_brand()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["brand", "belongs_to", "made_at"], name="resemblance_over_time"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("brand", "belongs_to", "traits_digest", "content_hash"),
                        name="resemblance_once_per_picture",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("score_bp__range", (0, 10_000))), name="resemblance_score_is_a_share"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["pass", "draw again", "human"])),
                        name="resemblance_outcome_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "pass"), ("score_bp__gte", models.F("gate_bp"))),
                            models.Q(
                                models.Q(("outcome", "pass"), _negated=True),
                                ("score_bp__lt", models.F("gate_bp")),
                            ),
                            _connector="OR",
                        ),
                        name="resemblance_passes_at_the_gate",
                    ),
                ],
            },
        ),
        sqlops.tenant("publishing_reference", app=WRITTEN_ONCE, operator=WRITTEN_ONCE),
        sqlops.append_only("publishing_reference"),
        sqlops.audited(
            "publishing_reference",
            subject="publishing.reference",
            body=("place", "traits_digest", "content_hash"),
            versioned=False,
        ),
        sqlops.tenant("publishing_resemblance", app=WRITTEN_ONCE, operator=WRITTEN_ONCE),
        sqlops.append_only("publishing_resemblance"),
        sqlops.audited(
            "publishing_resemblance",
            subject="publishing.resemblance",
            body=("score_bp", "gate_bp", "content_hash"),
            versioned=False,
        ),
        sqlops.audited("publishing_asset", subject="publishing.asset", body=("content_hash",), versioned=False),
    ]
