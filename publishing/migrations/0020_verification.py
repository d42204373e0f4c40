"""What goes out is labelled, whoever writes the statement, and is looked at once it is out."""

from pathlib import Path

from django.db import migrations, models

from chimera.core import sqlops

SQL = Path(__file__).parent.parent / "posts" / "sql"


class Migration(migrations.Migration):
    dependencies = [("governance", "0033_labelled"), ("publishing", "0019_moving")]

    operations = [
        migrations.AddConstraint(
            "post",
            models.CheckConstraint(
                condition=models.Q(("payload__contains", {"ai_generated": True})), name="post_is_labelled"
            ),
        ),
        sqlops.sql_file(SQL / "labelled.sql"),
        migrations.AddField("post", "looks", models.PositiveSmallIntegerField(default=0, db_default=0)),
        migrations.AddField(
            "post",
            "verification",
            models.CharField(
                blank=True,
                choices=[
                    ("live", "It shows, with its labels where software can see them"),
                    ("not_live", "It is called published and does not show"),
                    ("unlabelled", "It shows without a label that was set"),
                    ("unreadable", "The platform could not be read"),
                ],
                db_default="",
                default="",
                max_length=12,
            ),
        ),
        migrations.AddField("post", "verified_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "post",
            models.Index(
                condition=models.Q(("status", "PUBLISHED"), ("verification", "")),
                fields=["published_at"],
                name="post_to_verify",
            ),
        ),
        migrations.AddConstraint(
            "post",
            models.CheckConstraint(
                condition=models.Q(
                    ("verification", ""),
                    models.Q(
                        ("status", "PUBLISHED"),
                        ("verification__in", ["live", "not_live", "unlabelled", "unreadable"]),
                    ),
                    _connector="OR",
                ),
                name="post_is_verified_when_out",
            ),
        ),
        sqlops.sql_file(SQL / "verify.sql"),
    ]
