"""What became of a grant: burned before it was used, or used and answered; a burned one is a proof."""

from pathlib import Path

from django.db import migrations, models

import chimera.core.clock
from chimera.core import sqlops

ROOMS = Path(__file__).parent.parent


class Migration(migrations.Migration):
    dependencies = [("governance", "0009_withdraw")]

    operations = [
        migrations.AddField(
            model_name="grantused",
            name="burned",
            field=models.BooleanField(db_default=False),
        ),
        migrations.CreateModel(
            name="GrantEnded",
            fields=[
                ("jti", models.CharField(max_length=40, primary_key=True, serialize=False)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("published", "It is live"),
                            ("rejected", "Surely not live, and asking again changes nothing"),
                            ("not_sent", "Surely not live, ask again later"),
                        ],
                        max_length=12,
                    ),
                ),
                ("told", models.JSONField()),
                ("at", models.DateTimeField(db_default=chimera.core.clock.Now())),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["published", "rejected", "not_sent"])),
                        name="grant_ended_is_definite",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "published"), _negated=True),
                            models.Q(
                                ("told__has_key", "platform_id"), models.Q(("told__platform_id", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="grant_ended_published_has_an_id",
                    ),
                ],
            },
        ),
        sqlops.fleet("governance_grantended", app="", operator="SELECT", connector="INSERT"),
        sqlops.append_only("governance_grantended"),
        sqlops.sql_file(ROOMS / "grants" / "sql" / "story.sql"),
        sqlops.sql_file(ROOMS / "effects" / "sql" / "burned.sql"),
    ]
