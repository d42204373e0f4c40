"""Stops that are respected until a call leaves: scopes on effects, spending as a scope, who stops and who starts again."""

from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models

from chimera.core import sqlops

ROOMS = Path(__file__).parent.parent
BODY = ["scope", "kind", "incident", "needs_second", "resume_asked_by", "lifted_by"]


class Migration(migrations.Migration):
    dependencies = [("governance", "0013_self_pause")]

    operations = [
        migrations.AlterModelOptions(
            name="control", options={"permissions": [("impose_control", "Can stop and resume")]}
        ),
        *[
            migrations.AddField(
                "control", name, models.CharField(db_default="", default="", editable=False, max_length=120)
            )
            for name in ("imposed_by", "resume_asked_by", "lifted_by")
        ],
        *[
            migrations.AddField("control", name, models.TextField(db_default="", default="", editable=False))
            for name in ("resume_asked_why", "lift_reason")
        ],
        *[
            migrations.AddField("control", name, models.BooleanField(db_default=False, default=False, editable=False))
            for name in ("incident", "needs_second")
        ],
        migrations.AddField("control", "resume_asked_at", models.DateTimeField(editable=False, null=True)),
        # What was sent before has no scopes: it is stopped by its brand, by the fleet and by the quarantine.
        migrations.AddField(
            "effect",
            "scopes",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=80), db_default=[], default=list, size=None
            ),
        ),
        migrations.RunSQL(
            "SELECT set_config('app.actor', 'migration', true);"
            "UPDATE governance_control SET lift_reason = 'Lifted before reasons were kept.' WHERE status = 'LIFTED';",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="control",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "LIFTED"), _negated=True),
                    models.Q(("lift_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="control_lifted_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="control",
            constraint=models.CheckConstraint(
                condition=models.Q(("needs_second", False), ("incident", True), _connector="OR"),
                name="control_only_an_incident_needs_two",
            ),
        ),
        migrations.RunSQL(
            "DROP TRIGGER record_governance_control ON governance_control;"
            "DROP TRIGGER record_governance_control_change ON governance_control;",
            migrations.RunSQL.noop,
        ),
        sqlops.audited("governance_control", subject="governance.control", body=BODY),
        sqlops.sql_file(ROOMS / "controls" / "sql" / "stops.sql"),
        sqlops.sql_file(ROOMS / "grants" / "sql" / "revoked.sql"),
    ]
