"""An act of publishing is sent only as a labelled one."""

from typing import Any

from django.db import migrations, models

from chimera.core import sqlops


def carry_over(apps: Any, schema_editor: Any) -> None:
    """What was sent before was refused without a label by the judge, the client and the connector, and nowhere kept."""
    with sqlops.over_all_brands(schema_editor, "governance_effect"):
        acts = apps.get_model("governance", "Effect").objects.filter(kind="publish")
        acts.exclude(status__in=["INTENDED", "REFUTED"]).update(labelled=True)


class Migration(migrations.Migration):
    dependencies = [("governance", "0032_reversals")]

    operations = [
        migrations.AddField("effect", "labelled", models.BooleanField(default=False, db_default=False)),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.AddConstraint(
            "effect",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "publish"), _negated=True),
                    ("status__in", ["INTENDED", "REFUTED"]),
                    ("labelled", True),
                    _connector="OR",
                ),
                name="effect_sent_is_labelled",
            ),
        ),
    ]
