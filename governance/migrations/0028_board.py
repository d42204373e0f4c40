"""Cards can be counted by when they were made, and the oldest that waits is found at once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("governance", "0026_people")]

    operations = [
        migrations.AddIndex("reviewitem", models.Index(fields=["made_at"], include=["kind"], name="review_by_made")),
        migrations.AddIndex(
            "reviewitem",
            models.Index(
                fields=["made_at"], include=["kind"], condition=models.Q(status="PENDING"), name="review_waits_since"
            ),
        ),
    ]
