"""Items of feeds that try to give orders are held; a person releases them."""

from pathlib import Path

from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

SQL = Path(__file__).parent.parent / "trends" / "sql" / "quarantine.sql"


class Migration(migrations.Migration):
    dependencies = [("publishing", "0010_inbox")]

    operations = [
        migrations.AddField(
            model_name="feeditem", name="suspicion", field=models.TextField(blank=True, default="", db_default="")
        ),
        migrations.CreateModel(
            name="Release",
            fields=[
                ("item", models.BigIntegerField(primary_key=True, serialize=False)),
                ("by", models.CharField(default="", editable=False, max_length=160)),
                ("reason", models.TextField()),
                ("at", models.DateTimeField(db_default=chimera.core.clock.Now(), editable=False)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="release_has_a_reason"
                    )
                ],
            },
        ),
        sqlops.sql_file(SQL),
        sqlops.fleet("publishing_release", app="SELECT", operator="SELECT, INSERT"),
        sqlops.append_only("publishing_release"),
    ]
