"""Cards are counted, and entries added up, from an index alone: all that is asked stands in it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("governance", "0030_numbers")]

    operations = [
        migrations.RemoveIndex("entry", "entry_by_day"),
        migrations.AddIndex(
            "entry",
            models.Index(fields=["brand", "day", "at"], include=["amount_usd_micros"], name="entry_by_day"),
        ),
        migrations.RemoveIndex("reviewitem", "review_by_made"),
        migrations.RemoveIndex("reviewitem", "review_waits_since"),
        migrations.AddIndex(
            "reviewitem", models.Index(fields=["made_at"], include=["kind", "brand"], name="review_by_made")
        ),
        migrations.AddIndex(
            "reviewitem",
            models.Index(
                fields=["made_at"],
                include=["kind", "brand"],
                condition=models.Q(status="PENDING"),
                name="review_waits_since",
            ),
        ),
    ]
