"""Taking back what is live: what a connector says of a deletion, whose yes covers one, and the card for human hands."""

from pathlib import Path

from django.db import migrations, models

from chimera.core import sqlops

SQL = Path(__file__).parent.parent / "grants" / "sql" / "deletes.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("governance", "0031_counting"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="grantended",
            name="grant_ended_is_definite",
        ),
        migrations.RemoveConstraint(
            model_name="grantended",
            name="grant_ended_published_has_an_id",
        ),
        migrations.RemoveConstraint(
            model_name="reviewitem",
            name="review_only_doubt_has_an_answer",
        ),
        migrations.AlterField(
            model_name="grantended",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("published", "It is live"),
                    ("rejected", "Surely not live, and asking again changes nothing"),
                    ("not_sent", "Surely not live, ask again later"),
                    ("deleted", "It was taken down, or was gone already"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="reviewitem",
            name="answer",
            field=models.CharField(
                blank=True,
                choices=[
                    ("found_live", "It is live"),
                    ("retry", "Not live: send it again"),
                    ("give_up", "Not live: give it up"),
                    ("keep_checking", "Not known yet: keep checking"),
                    ("gone", "It is gone"),
                    ("leave", "Leave it live"),
                ],
                db_default="",
                default="",
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="reviewitem",
            name="kind",
            field=models.CharField(
                choices=[
                    ("doubt", "The judge doubts"),
                    ("rule", "A rule asks for a human"),
                    ("probation", "The agent is on probation"),
                    ("retries", "The retries are used up"),
                    ("exhausted", "The attempts are used up"),
                    ("in_doubt", "Nobody knows whether it was sent"),
                    ("sample", "A blind sample of what is out"),
                    ("by_hand", "Software cannot take it down"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="grantended",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["published", "rejected", "not_sent", "deleted"])),
                name="grant_ended_is_definite",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantended",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome__in", ["published", "deleted"]), _negated=True),
                    models.Q(("told__has_key", "platform_id"), models.Q(("told__platform_id", ""), _negated=True)),
                    _connector="OR",
                ),
                name="grant_ended_published_has_an_id",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer", ""), ("kind__in", ["in_doubt", "by_hand"]), _connector="OR"),
                name="review_only_doubt_has_an_answer",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "by_hand"), _negated=True),
                    models.Q(("status__in", ["APPROVED", "REJECTED"]), _negated=True),
                    models.Q(("answer", "gone"), ("status", "APPROVED")),
                    models.Q(("answer", "leave"), ("status", "REJECTED")),
                    _connector="OR",
                ),
                name="review_by_hand_is_answered_by_what_was_done",
            ),
        ),
        sqlops.sql_file(SQL),
    ]
