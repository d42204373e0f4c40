"""Circuits of providers. Their record is installed by governance, which has the function for it."""

from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

ROOM = Path(__file__).parent.parent / "circuits"


class Migration(migrations.Migration):
    dependencies = [("core", "0003_lean_keys")]

    operations = [
        migrations.CreateModel(
            name="Circuit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=40, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[("CLOSED", "Closed"), ("OPEN", "Open"), ("HALF_OPEN", "Half Open")], max_length=16
                    ),
                ),
                ("state_version", models.IntegerField(default=1, editable=False)),
                ("since", models.DateTimeField(db_default=chimera.core.clock.Now())),
                (
                    "failed_at",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateTimeField(), default=list, size=None
                    ),
                ),
                ("opens", models.IntegerField(default=0)),
                ("wait_until", models.DateTimeField(null=True)),
                ("probe_by", models.CharField(blank=True, default="", max_length=120)),
                ("note", models.CharField(blank=True, default="", max_length=300)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["CLOSED", "OPEN", "HALF_OPEN"])),
                        name="circuit_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("opens", 0), ("status", "CLOSED"), ("wait_until__isnull", True)),
                            models.Q(
                                ("opens__gte", 1),
                                ("status__in", ["OPEN", "HALF_OPEN"]),
                                ("wait_until__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="circuit_waits_unless_closed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "HALF_OPEN"), models.Q(("probe_by", ""), _negated=True)),
                            models.Q(models.Q(("status", "HALF_OPEN"), _negated=True), ("probe_by", "")),
                            _connector="OR",
                        ),
                        name="circuit_half_open_has_one_prober",
                    ),
                ],
            },
        ),
        sqlops.fleet("core_circuit"),
        sqlops.guarded(
            "core_circuit",
            arrows={"CLOSED": ["OPEN"], "OPEN": ["HALF_OPEN"], "HALF_OPEN": ["CLOSED", "OPEN"]},
            initial=["CLOSED"],
        ),
        sqlops.sql_file(ROOM / "sql" / "circuits.sql"),
    ]
