"""The hands on a card: who has it open, who holds it, whose it is, until when an answer can be taken back.

Cards that are there get what a new one gets: their place in the order, what they are filtered by, and for an answer
the hash that it covers and a window that is over.
"""

from typing import Any

from django.conf import settings
from django.db import migrations, models

from chimera.core import sqlops

# The formula of governance.reviews.urgency at the time of this migration.
_FILL = """
UPDATE governance_reviewitem r SET
  agent = left(coalesce(snapshot #>> '{agent,handle}', ''), 80),
  platform = left(coalesce(snapshot #>> '{payload,platform}', ''), 40),
  approved_hash = CASE WHEN status = 'APPROVED' THEN content_hash ELSE '' END,
  final_at = CASE WHEN status IN ('APPROVED', 'REJECTED') THEN coalesce(decided_at, made_at) END,
  urgent_at = deadline - make_interval(secs => (%s * ln(
      (1 + coalesce((snapshot #>> '{trend,relevance_bp}')::float8, 0) / 10000)
    * CASE WHEN coalesce(snapshot #>> '{payload,sponsorship}', 'none') = 'none' THEN 1 ELSE 2 END
    * CASE kind WHEN 'in_doubt' THEN 4 WHEN 'rule' THEN 2 WHEN 'retries' THEN 1.5 WHEN 'sample' THEN 0.25 ELSE 1 END
    * (2 - coalesce((snapshot #>> '{verdict,composite_bp}')::float8, 5000) / 10000)))::float8)
"""


def fill(apps: Any, schema_editor: Any) -> None:
    """Cards of all brands."""
    with sqlops.over_all_brands(schema_editor, "governance_reviewitem"):
        schema_editor.execute(_FILL, [settings.REVIEW_TAU_S])


class Migration(migrations.Migration):
    dependencies = [("governance", "0023_servers")]

    operations = [
        migrations.AddField(
            model_name="reviewitem",
            name="agent",
            field=models.CharField(blank=True, db_default="", default="", max_length=80),
        ),
        migrations.AddField(
            model_name="reviewitem",
            name="approved_hash",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="reviewitem",
            name="assign_reason",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="reviewitem",
            name="assigned_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=160),
        ),
        migrations.AddField(
            model_name="reviewitem",
            name="assigned_to",
            field=models.CharField(blank=True, db_default="", default="", max_length=160),
        ),
        migrations.AddField(
            model_name="reviewitem",
            name="claimed_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=160),
        ),
        migrations.AddField(
            model_name="reviewitem",
            name="claimed_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="reviewitem",
            name="edited",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="reviewitem",
            name="final_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="reviewitem",
            name="group",
            field=models.CharField(blank=True, db_column="group_key", db_default="", default="", max_length=80),
        ),
        migrations.AddField(
            model_name="reviewitem",
            name="held_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=160),
        ),
        migrations.AddField(
            model_name="reviewitem",
            name="held_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="reviewitem",
            name="hold_reason",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="reviewitem",
            name="platform",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AddField(
            model_name="reviewitem",
            name="reject_span",
            field=models.CharField(blank=True, db_default="", default="", max_length=500),
        ),
        migrations.AddField(
            model_name="reviewitem",
            name="urgent_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
