"""People who work for some brands only: who does, and the policy that hides all other brands' rows from them."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

from chimera.core import sqlops

SQL = Path(__file__).parent.parent / "sql" / "bindings.sql"


class Migration(migrations.Migration):
    dependencies = [("core", "0005_archivist")]

    operations = [
        migrations.CreateModel(
            name="Binding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person", models.CharField(max_length=160)),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.brand"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="binding",
            constraint=models.UniqueConstraint(fields=("brand", "id"), name="binding_brand_and_id"),
        ),
        migrations.AddConstraint(
            model_name="binding",
            constraint=models.UniqueConstraint(fields=("person", "brand"), name="binding_once_per_person_and_brand"),
        ),
        migrations.AddConstraint(
            model_name="binding",
            constraint=models.CheckConstraint(
                condition=models.Q(("person__regex", "^user:.+$")), name="binding_is_of_a_person"
            ),
        ),
        sqlops.tenant("core_binding", app="SELECT", operator="SELECT, INSERT, DELETE"),
        sqlops.sql_file(SQL),
    ]
