"""Every opening and closing of a circuit is on the record."""

from django.db import migrations

from chimera.core import sqlops


class Migration(migrations.Migration):
    dependencies = [("governance", "0005_lean_keys"), ("core", "0004_circuits")]

    operations = [
        sqlops.audited("core_circuit", subject="core.circuit", body=["provider"], also=["opens"]),
    ]
